# tomosweep_test(LAYER NAME [SOURCES file...] [LIBRARIES target...] [RANKS n...] [TIMEOUT s])
# Builds LAYER/NAME.cpp (and SOURCES) into one GoogleTest program. Without RANKS it runs as it is; with RANKS it runs under
# mpirun once per number of ranks, oversubscribed, with a main() that starts MPI.
set(TOMOSWEEP_MPI_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_pml=ob1 OMPI_MCA_btl=vader,self OMPI_MCA_plm=isolated
  OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive)

function(tomosweep_test layer name)
  cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;LIBRARIES;RANKS" ${ARGN})
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  set(target ${layer}_${name})
  add_executable(${target} ${name}.cpp ${test_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  tomosweep_warnings(${target})
  target_link_libraries(${target} PRIVATE tomosweep_${layer} ${test_LIBRARIES} GTest::gtest)
  if(test_RANKS)
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/mpi_main.cpp)
    target_link_libraries(${target} PRIVATE tomosweep_comm)
    foreach(ranks IN LISTS test_RANKS)
      add_test(NAME ${layer}.${name}.${ranks}_ranks
        COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:${target}>)
      set_tests_properties(${layer}.${name}.${ranks}_ranks PROPERTIES
        ENVIRONMENT "${TOMOSWEEP_MPI_ENVIRONMENT}" TIMEOUT ${test_TIMEOUT} PROCESSORS 2)
    endforeach()
  else()
    target_link_libraries(${target} PRIVATE GTest::gtest_main)
    add_test(NAME ${layer}.${name} COMMAND ${target})
    set_tests_properties(${layer}.${name} PROPERTIES TIMEOUT ${test_TIMEOUT} ENVIRONMENT "${TOMOSWEEP_MPI_ENVIRONMENT}")
  endif()
endfunction()
