# tomosweep_test(LAYER NAME [SOURCES file...] [LIBRARIES target...] [RANKS n...] [TIMEOUT s])
# Builds LAYER/NAME.cpp (and SOURCES) into one GoogleTest program. Without RANKS it runs as it is; with RANKS it runs under
# mpirun once per number of ranks, oversubscribed, with a main() that starts MPI.
set(TOMOSWEEP_MPI_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_pml=ob1 OMPI_MCA_btl=vader,self OMPI_MCA_plm=isolated
  OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive)

add_library(idle_ranks MODULE ${CMAKE_CURRENT_LIST_DIR}/support/idle_ranks.cpp)
set(preloaded idle_ranks)
# Sanitizers slow tests down, so all time limits are multiplied by this, those within scripts as well.
if(TOMOSWEEP_SANITIZE)
  set(TOMOSWEEP_PATIENCE 5)
  add_library(keep_libraries MODULE ${CMAKE_CURRENT_LIST_DIR}/support/keep_libraries.cpp)
  list(APPEND preloaded keep_libraries)
else()
  set(TOMOSWEEP_PATIENCE 1)
endif()
# Preloaded into programs without sanitizers, too.
foreach(target IN LISTS preloaded)
  target_compile_options(${target} PRIVATE -fno-sanitize=all)
  target_link_options(${target} PRIVATE -fno-sanitize=all)
  list(APPEND preloaded_files $<TARGET_FILE:${target}>)
endforeach()
list(JOIN preloaded_files : preloaded_files)
list(APPEND TOMOSWEEP_MPI_ENVIRONMENT LD_PRELOAD=${preloaded_files})
list(APPEND TOMOSWEEP_MPI_ENVIRONMENT TOMOSWEEP_PATIENCE=${TOMOSWEEP_PATIENCE})

# Leaks are looked for where MPI is not started, which keeps memory of its own until the end.
set(TOMOSWEEP_PLAIN_ENVIRONMENT ${TOMOSWEEP_MPI_ENVIRONMENT})
if(TOMOSWEEP_SANITIZE MATCHES address)
  list(APPEND TOMOSWEEP_PLAIN_ENVIRONMENT ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
    LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/support/leaks.supp:print_suppressions=0)
endif()

# tomosweep_time_limit(SECONDS TEST...)
function(tomosweep_time_limit seconds)
  math(EXPR limit "${seconds} * ${TOMOSWEEP_PATIENCE}")
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT ${limit})
endfunction()

# tomosweep_whole_run(NAME COMMAND argument... TIMEOUT s [PROPERTIES key value...])
# A Python script that runs the program, where the calling CMakeLists.txt lies. It is skipped when it ends with 77, and when the
# time for tests is over (TOMOSWEEP_TESTS_END).
function(tomosweep_whole_run name)
  cmake_parse_arguments(run "" "TIMEOUT" "COMMAND;PROPERTIES" ${ARGN})
  add_test(NAME ${name} COMMAND sh ${PROJECT_SOURCE_DIR}/tests/support/unless_late.sh ${TOMOSWEEP_PYTHON} ${run_COMMAND}
    WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77 LABELS whole_run ${run_PROPERTIES}
    ENVIRONMENT "${TOMOSWEEP_MPI_ENVIRONMENT};TOMOSWEEP=$<TARGET_FILE:tomosweep>;TOMOSWEEP_MPIEXEC=${MPIEXEC_EXECUTABLE};PYTHONDONTWRITEBYTECODE=1;PYTHONPATH=${PROJECT_SOURCE_DIR}/tests/app")
  tomosweep_time_limit(${run_TIMEOUT} ${name})
endfunction()

# A test's own code is compiled often and runs once: without optimisation that takes half the time. Where it holds plain twins of
# loops over voxels it would take minutes to run. What it tests is built as the preset says.
set(TOMOSWEEP_TEST_OPTIONS_quick -O0)
set(TOMOSWEEP_TEST_OPTIONS_voxels -O1)
set(TOMOSWEEP_VOXEL_TESTS kernels ops io large)

# GoogleTest and its company, parsed once for all tests of a kind.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/tests/precompiled.cpp CONTENT "\n" @ONLY)
foreach(kind quick voxels)
  set(target tomosweep_test_headers_${kind})
  add_library(${target} OBJECT ${PROJECT_BINARY_DIR}/tests/precompiled.cpp)
  tomosweep_warnings(${target})
  target_compile_options(${target} PRIVATE ${TOMOSWEEP_TEST_OPTIONS_${kind}})
  tomosweep_not_followed_by_fuzzers(${target})
  target_link_libraries(${target} PRIVATE GTest::gtest)
  target_precompile_headers(${target} PRIVATE <gtest/gtest.h> <algorithm> <cstdint> <filesystem> <fstream> <map> <random> <string>
    <vector>)
endforeach()

function(tomosweep_test layer name)
  cmake_parse_arguments(test "" "TIMEOUT" "SOURCES;LIBRARIES;RANKS" ${ARGN})
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  set(target ${layer}_${name})
  add_executable(${target} ${name}.cpp ${test_SOURCES})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  tomosweep_warnings(${target})
  set(kind quick)
  if(layer IN_LIST TOMOSWEEP_VOXEL_TESTS)
    set(kind voxels)
  endif()
  target_compile_options(${target} PRIVATE ${TOMOSWEEP_TEST_OPTIONS_${kind}})
  tomosweep_not_followed_by_fuzzers(${target})
  target_link_libraries(${target} PRIVATE tomosweep_${layer} ${test_LIBRARIES} GTest::gtest)
  add_dependencies(${target} ${preloaded})
  # Other flags would need other precompiled headers.
  if(NOT OpenMP::OpenMP_CXX IN_LIST test_LIBRARIES)
    target_precompile_headers(${target} REUSE_FROM tomosweep_test_headers_${kind})
  endif()
  if(test_RANKS)
    target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/mpi_main.cpp)
    target_link_libraries(${target} PRIVATE tomosweep_comm)
    foreach(ranks IN LISTS test_RANKS)
      add_test(NAME ${layer}.${name}.${ranks}_ranks
        COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:${target}>)
      set_tests_properties(${layer}.${name}.${ranks}_ranks PROPERTIES
        ENVIRONMENT "${TOMOSWEEP_MPI_ENVIRONMENT}" PROCESSORS 2)
      tomosweep_time_limit(${test_TIMEOUT} ${layer}.${name}.${ranks}_ranks)
    endforeach()
  else()
    target_link_libraries(${target} PRIVATE GTest::gtest_main)
    add_test(NAME ${layer}.${name} COMMAND ${target})
    set_tests_properties(${layer}.${name} PROPERTIES ENVIRONMENT "${TOMOSWEEP_PLAIN_ENVIRONMENT}")
    tomosweep_time_limit(${test_TIMEOUT} ${layer}.${name})
  endif()
endfunction()
