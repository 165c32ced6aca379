# Where programs, the library and plugins land, and how plugins are built. The build tree has the layout of an
# installation (bin, lib, lib/mtt/plugins), so a program finds its plugins from its own place in both.
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin PARENT_SCOPE)
set(CMAKE_BUILD_RPATH ${CMAKE_BUILD_RPATH} PARENT_SCOPE)
set(CMAKE_INSTALL_RPATH ${CMAKE_INSTALL_RPATH} PARENT_SCOPE)

# mtt_add_plugin(<name> SOURCES <file>...): a loadable module <name>.so that exports its descriptor alone.
function(mtt_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 ARG "" "" "SOURCES")
  if(NOT ARG_SOURCES OR ARG_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mtt_add_plugin: write mtt_add_plugin(<name> SOURCES <file>...)")
  endif()
  add_library(${name} MODULE ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE mtt::mtt)
  target_link_options(${name} PRIVATE -Wl,--no-undefined)
  set_target_properties(
    ${name}
    PROPERTIES PREFIX ""
               CXX_VISIBILITY_PRESET hidden
               VISIBILITY_INLINES_HIDDEN ON
               LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/mtt/plugins)
  if(TARGET mtt_abi_digest)
    add_dependencies(${name} mtt_abi_digest)
  endif()
endfunction()
