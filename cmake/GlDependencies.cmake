# SPDX-License-Identifier: MIT
#
# What must be on the machine, each as an interface target. `./gl` knows the
# Debian packages that bring them.
#
#   gl_llvm      LLVM 19, C API; only compiler/lower and compiler/backend
#   gl_bignum    GMP and MPFR; only compiler/types and what is right of it
#   gl_utf8proc  Unicode categories of identifiers
#   gl_gc        libgc; only the runtime

function(gl_external name header)
  cmake_parse_arguments(ARG "" "" "LIBS" ${ARGN})
  string(MAKE_C_IDENTIFIER ${header} id)
  find_path(GL_INC_${id} ${header} REQUIRED)
  add_library(${name} INTERFACE)
  target_include_directories(${name} SYSTEM INTERFACE ${GL_INC_${id}})
  foreach(lib ${ARG_LIBS})
    find_library(GL_LIB_${lib} ${lib} REQUIRED)
    target_link_libraries(${name} INTERFACE ${GL_LIB_${lib}})
  endforeach()
endfunction()

gl_external(gl_bignum mpfr.h LIBS mpfr gmp)
gl_external(gl_utf8proc utf8proc.h LIBS utf8proc)
gl_external(gl_gc gc/gc.h LIBS gc)

find_program(RE2C re2c REQUIRED)

# LLVM is pinned: its C API and the behaviour of split stacks change between
# releases.
find_program(LLVM_CONFIG NAMES llvm-config-19 REQUIRED)
function(llvm_config out)
  execute_process(COMMAND ${LLVM_CONFIG} --link-shared ${ARGN}
    OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(text UNIX_COMMAND "${text}")
  set(${out} ${text} PARENT_SCOPE)
endfunction()
llvm_config(LLVM_INCLUDE_DIRS --includedir)
llvm_config(LLVM_LIBRARY_DIRS --libdir)
llvm_config(LLVM_LIBS --libs)
add_library(gl_llvm INTERFACE)
target_include_directories(gl_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
target_link_directories(gl_llvm INTERFACE ${LLVM_LIBRARY_DIRS})
target_link_libraries(gl_llvm INTERFACE ${LLVM_LIBS})
