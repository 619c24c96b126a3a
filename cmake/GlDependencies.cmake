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
# releases. gl_llvm has the headers. What is linked: gl_llvm_static for `gl`,
# which then starts sooner than with the shared library (no relocation), and
# gl_llvm_shared for tests, which link quickly.
find_program(LLVM_CONFIG NAMES llvm-config-19 REQUIRED)
function(llvm_config out)
  execute_process(COMMAND ${LLVM_CONFIG} ${ARGN}
    OUTPUT_VARIABLE text OUTPUT_STRIP_TRAILING_WHITESPACE
    COMMAND_ERROR_IS_FATAL ANY)
  separate_arguments(text UNIX_COMMAND "${text}")
  set(${out} ${text} PARENT_SCOPE)
endfunction()
llvm_config(LLVM_INCLUDE_DIRS --includedir)
llvm_config(LLVM_LIBRARY_DIRS --libdir)
add_library(gl_llvm INTERFACE)
target_include_directories(gl_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})

llvm_config(LLVM_SHARED --link-shared --libs)
add_library(gl_llvm_shared INTERFACE)
target_link_directories(gl_llvm_shared INTERFACE ${LLVM_LIBRARY_DIRS})
target_link_libraries(gl_llvm_shared INTERFACE ${LLVM_SHARED})

# The libraries LLVM itself needs are named by file: their development
# packages may be missing.
llvm_config(LLVM_STATIC --link-static --libs core passes x86)
add_library(gl_llvm_static INTERFACE)
if(EXISTS ${LLVM_LIBRARY_DIRS}/libLLVMCore.a)
  target_link_directories(gl_llvm_static INTERFACE ${LLVM_LIBRARY_DIRS})
  target_link_options(gl_llvm_static INTERFACE
    -no-pie -Wl,--as-needed -Wl,--gc-sections)
  target_link_libraries(gl_llvm_static INTERFACE
    -Wl,--start-group ${LLVM_STATIC} -Wl,--end-group
    -l:libstdc++.so.6 -l:libz.so.1 -l:libzstd.so.1 -l:libxml2.so.2
    -l:libtinfo.so.6 m)
else()
  target_link_libraries(gl_llvm_static INTERFACE gl_llvm_shared)
endif()
