# Where programs, the library, plugins and templates land. The build tree has the layout of an installation (bin, lib,
# lib/mtt/plugins, share/mtt), so a program finds its plugins from its own place in both.
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/bin PARENT_SCOPE)
set(CMAKE_BUILD_RPATH ${CMAKE_BUILD_RPATH} PARENT_SCOPE)
set(CMAKE_INSTALL_RPATH ${CMAKE_INSTALL_RPATH} PARENT_SCOPE)
set(MTT_PLUGIN_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/lib/mtt/plugins)
set(MTT_PLUGIN_OUTPUT_DIRECTORY ${MTT_PLUGIN_OUTPUT_DIRECTORY} PARENT_SCOPE)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/share/mtt)
file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR}/templates ${PROJECT_BINARY_DIR}/share/mtt/templates SYMBOLIC)
