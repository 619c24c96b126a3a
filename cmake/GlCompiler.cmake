# SPDX-License-Identifier: MIT
#
# The executable bin/gl: compiler/*.c and the objects of all phases.

set(GL_PHASES gl_base gl_syntax gl_types gl_lower gl_backend)
file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/compiler/*.c)
if(GL_SANITIZE)  # has a malloc of its own
  list(REMOVE_ITEM sources ${CMAKE_SOURCE_DIR}/compiler/malloc.c)
endif()
add_executable(gl ${sources})
target_include_directories(gl PRIVATE ${CMAKE_SOURCE_DIR}/compiler)
target_compile_definitions(gl PRIVATE GL_VERSION="${PROJECT_VERSION}")
target_link_libraries(gl PRIVATE
  ${GL_PHASES} gl_llvm_static gl_bignum gl_utf8proc m)
# What the cache of compiled packages knows this compiler by; see key.c.
target_link_options(gl PRIVATE -Wl,--build-id=sha1)
foreach(target gl ${GL_PHASES})
  gl_sanitize(${target})
endforeach()
install(TARGETS gl RUNTIME DESTINATION bin)
