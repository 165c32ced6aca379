# `cmake --install`: program, library, headers, templates and the CMake package under one prefix. The prefix may be moved;
# LibTorch is found where it was at build time.
include(CMakePackageConfigHelpers)
set(package lib/cmake/mtt)
install(TARGETS mtt EXPORT mttTargets LIBRARY DESTINATION lib COMPONENT program)
install(TARGETS mtt_program EXPORT mttTargets RUNTIME DESTINATION bin COMPONENT program)
set_target_properties(mtt_program PROPERTIES EXPORT_NAME program)
install(DIRECTORY include/mtt ${MTT_GENERATED_INCLUDE}/mtt DESTINATION include FILES_MATCHING PATTERN *.h)
install(DIRECTORY templates DESTINATION share/mtt COMPONENT program)
install(EXPORT mttTargets NAMESPACE mtt:: DESTINATION ${package})
configure_package_config_file(cmake/mttConfig.cmake.in ${PROJECT_BINARY_DIR}/mttConfig.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mttConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/torch.cmake cmake/add_plugin.cmake ${PROJECT_BINARY_DIR}/mttConfig.cmake
              ${PROJECT_BINARY_DIR}/mttConfigVersion.cmake DESTINATION ${package})
