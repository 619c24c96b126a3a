# SPDX-License-Identifier: MIT
#
# Compile options for everything, and what the presets switch.

set(GL_SANITIZE "" CACHE STRING
    "Sanitizer of the compiler and the unit tests: address, undefined, thread")
option(GL_STRESS
    "Runtime grows stacks, collects and yields at every chance" OFF)

add_compile_options(
  $<$<COMPILE_LANGUAGE:C>:-Wall> $<$<COMPILE_LANGUAGE:C>:-Wextra>
  $<$<COMPILE_LANGUAGE:C>:-Werror>
  # Depends on what was inlined, so it would fail one preset and not others.
  $<$<COMPILE_LANG_AND_ID:C,GNU>:-Wno-maybe-uninitialized>)
add_compile_definitions(_GNU_SOURCE)

if(GL_STRESS)
  add_compile_definitions(GL_STRESS=1)
endif()

# Debug builds keep asserts and add the walkers over whole structures.
add_compile_definitions($<$<CONFIG:Debug>:GL_DEBUG=1>)

# The runtime switches stacks under a sanitizer's feet, so only host code is
# instrumented: targets that call gl_sanitize.
set(GL_SANITIZE_FLAGS "")
if(GL_SANITIZE)
  set(GL_SANITIZE_FLAGS
      -fsanitize=${GL_SANITIZE} -fno-sanitize-recover=all
      -fno-omit-frame-pointer)
  # Clang's counts NULL + 0, which loops over empty lists compute.
  if(CMAKE_C_COMPILER_ID STREQUAL Clang)
    list(APPEND GL_SANITIZE_FLAGS -fno-sanitize=pointer-overflow)
  endif()
endif()
function(gl_sanitize target)
  if(GL_SANITIZE_FLAGS)
    target_compile_options(${target} PRIVATE ${GL_SANITIZE_FLAGS})
    target_link_options(${target} PRIVATE ${GL_SANITIZE_FLAGS})
  endif()
endfunction()
