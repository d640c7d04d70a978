# What `cmake --install` lays down: the program, one library per layer, their headers, a package for find_package(tomosweep),
# and the job, sweep and SLURM files that a user copies.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/tomosweep)

get_property(layers GLOBAL PROPERTY TOMOSWEEP_LAYERS)
install(TARGETS ${layers} EXPORT tomosweep-targets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
if(TARGET tomosweep)
  install(TARGETS tomosweep EXPORT tomosweep-targets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(DIRECTORY include/tomosweep DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(DIRECTORY jobs sweeps slurm examples DESTINATION ${CMAKE_INSTALL_DATADIR}/tomosweep OPTIONAL)

install(EXPORT tomosweep-targets NAMESPACE tomosweep:: DESTINATION ${package_dir})
configure_package_config_file(cmake/tomosweepConfig.cmake.in ${PROJECT_BINARY_DIR}/tomosweepConfig.cmake
  INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/tomosweepConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES cmake/Findfftw3.cmake cmake/Findlibdeflate.cmake ${PROJECT_BINARY_DIR}/tomosweepConfig.cmake ${PROJECT_BINARY_DIR}/tomosweepConfigVersion.cmake
  DESTINATION ${package_dir})
