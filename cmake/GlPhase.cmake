# SPDX-License-Identifier: MIT
#
# gl_phase(NAME [LEFT phase...] [LINK target...])
#   The OBJECT library gl_NAME of a compiler folder from its *.c and *.re
#   files. LEFT names the folders whose headers it may include.
# gl_re2c(OUT file.re)
#   Runs re2c; OUT becomes the generated C file.

function(gl_re2c out source)
  get_filename_component(stem ${source} NAME_WE)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/${stem}.c)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND ${RE2C} -8 --no-generation-date -W -o ${generated}
            ${CMAKE_CURRENT_SOURCE_DIR}/${source}
    DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${source}
    COMMENT "re2c ${source}" VERBATIM)
  set(${out} ${generated} PARENT_SCOPE)
endfunction()

function(gl_phase name)
  cmake_parse_arguments(ARG "" "" "LEFT;LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.c)
  file(GLOB scanners CONFIGURE_DEPENDS RELATIVE ${CMAKE_CURRENT_SOURCE_DIR}
       *.re)
  foreach(scanner ${scanners})
    gl_re2c(generated ${scanner})
    list(APPEND sources ${generated})
  endforeach()
  if(NOT sources)
    message(STATUS "compiler/${name} has no sources, left out")
    return()
  endif()
  add_library(gl_${name} OBJECT ${sources})
  target_include_directories(gl_${name} PUBLIC
    ${CMAKE_SOURCE_DIR}/abi ${CMAKE_CURRENT_SOURCE_DIR})
  foreach(left ${ARG_LEFT})
    target_include_directories(gl_${name} PUBLIC
      ${CMAKE_SOURCE_DIR}/compiler/${left})
  endforeach()
  target_link_libraries(gl_${name} PUBLIC ${ARG_LINK})
endfunction()
