# SPDX-License-Identifier: MIT
#
# The standard packages. One command compiles those that changed, in order of
# dependence, to lib/gl/pkg/<import path>.o; the compiler knows the order.

file(GLOB_RECURSE stdlib_sources CONFIGURE_DEPENDS
     ${CMAKE_SOURCE_DIR}/stdlib/*.gl)
set(stamp ${GL_LIB_DIR}/pkg/.stamp)
add_custom_command(
  OUTPUT ${stamp}
  COMMAND gl --build-std ${CMAKE_SOURCE_DIR}/stdlib ${GL_LIB_DIR}/pkg
  COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
  DEPENDS gl ${stdlib_sources}
  COMMENT "Compiling the standard packages" VERBATIM)
add_custom_target(stdlib ALL DEPENDS ${stamp})

# What ./gl builds: everything a user needs, no tests.
add_custom_target(toolchain DEPENDS gl glrt stdlib)

install(DIRECTORY ${GL_LIB_DIR}/pkg DESTINATION lib/gl
        PATTERN ".stamp" EXCLUDE)
install(DIRECTORY ${CMAKE_SOURCE_DIR}/stdlib DESTINATION lib/gl
        FILES_MATCHING PATTERN "*.gl")
install(FILES ${GL_LIB_DIR}/libglrt.a ${GL_LIB_DIR}/glstart.o
              ${GL_LIB_DIR}/glend.o
              ${GL_LIB_DIR}/gl.ld DESTINATION lib/gl)
