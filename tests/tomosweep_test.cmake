# What most of the time to start a rank goes to is left out: looking for devices (hwloc), and memory shared with the launcher (PMIx).
set(TOMOSWEEP_MPI_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none OMPI_MCA_pml=ob1 OMPI_MCA_btl=vader,self OMPI_MCA_plm=isolated
  OMPI_MCA_mpi_yield_when_idle=1 OMP_NUM_THREADS=2 OMP_WAIT_POLICY=passive
  HWLOC_COMPONENTS=-linuxio HWLOC_PLUGINS_PATH=/nonexistent PMIX_MCA_gds=hash)

# Preloaded into programs without sanitizers, too.
add_library(preloaded MODULE ${CMAKE_CURRENT_LIST_DIR}/support/preloaded.cpp)
target_compile_options(preloaded PRIVATE -fno-sanitize=all)
target_link_options(preloaded PRIVATE -fno-sanitize=all)
# Sanitizers slow tests down, so all time limits are multiplied by this, those within scripts as well.
set(TOMOSWEEP_PATIENCE 1)
if(TOMOSWEEP_SANITIZE)
  set(TOMOSWEEP_PATIENCE 5)
endif()
list(APPEND TOMOSWEEP_MPI_ENVIRONMENT LD_PRELOAD=$<TARGET_FILE:preloaded> TOMOSWEEP_PATIENCE=${TOMOSWEEP_PATIENCE})

# Leaks are looked for where MPI is not started, which keeps memory of its own until the end.
set(TOMOSWEEP_PLAIN_ENVIRONMENT ${TOMOSWEEP_MPI_ENVIRONMENT})
if(TOMOSWEEP_SANITIZE MATCHES address)
  list(APPEND TOMOSWEEP_PLAIN_ENVIRONMENT ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1:quarantine_size_mb=4:max_malloc_fill_size=0
    LSAN_OPTIONS=suppressions=${CMAKE_CURRENT_LIST_DIR}/support/leaks.supp:print_suppressions=0)
endif()

# tomosweep_time_limit(SECONDS TEST...)
function(tomosweep_time_limit seconds)
  math(EXPR limit "${seconds} * ${TOMOSWEEP_PATIENCE}")
  set_tests_properties(${ARGN} PROPERTIES TIMEOUT ${limit})
endfunction()

# What takes longest under sanitizers begins first, so that nothing begins late that ends late; all others follow in an order that
# every new build tree draws for itself.
set(TOMOSWEEP_LONG_RUNS "^(slurm|app\\.(survival|seeing|bad_input)|real\\.rock_core)|\\.(nested|states|compared|phases|second_run|moved|on_a_job)$")

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
  if(TOMOSWEEP_SANITIZE)
    string(RANDOM LENGTH 3 ALPHABET 0123456789 cost)
    if(name MATCHES "${TOMOSWEEP_LONG_RUNS}")
      string(PREPEND cost 1)
    endif()
    set_tests_properties(${name} PROPERTIES COST ${cost})
  endif()
endfunction()

# A test's own code is compiled often and runs once: without optimisation that takes half the time. Where it holds plain twins of
# loops over voxels it would take minutes to run. What it tests is built as the preset says.
set(TOMOSWEEP_TEST_OPTIONS_quick -O0)
set(TOMOSWEEP_TEST_OPTIONS_voxels -O1)
set(TOMOSWEEP_TEST_LIBRARIES_voxels OpenMP::OpenMP_CXX)
set(TOMOSWEEP_VOXEL_TESTS kernels ops io)

# GoogleTest and its company, parsed once for all tests of a kind.
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/tests/precompiled.cpp CONTENT "\n" @ONLY)
foreach(kind quick voxels)
  set(target tomosweep_test_headers_${kind})
  add_library(${target} OBJECT ${PROJECT_BINARY_DIR}/tests/precompiled.cpp)
  tomosweep_warnings(${target})
  target_compile_options(${target} PRIVATE ${TOMOSWEEP_TEST_OPTIONS_${kind}})
  tomosweep_not_followed_by_fuzzers(${target})
  target_link_libraries(${target} PRIVATE GTest::gtest ${TOMOSWEEP_TEST_LIBRARIES_${kind}})
  target_precompile_headers(${target} PRIVATE <gtest/gtest.h> <algorithm> <cstdint> <filesystem> <fstream> <map> <random> <string>
    <vector>)
endforeach()

# The tests of a layer in a folder make one program, those on several ranks another: less to compile and to link than a program each.
function(tomosweep_test_program target layer)
  set(kind quick)
  if(layer IN_LIST TOMOSWEEP_VOXEL_TESTS)
    set(kind voxels)
  endif()
  add_executable(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests)
  tomosweep_warnings(${target})
  target_compile_options(${target} PRIVATE ${TOMOSWEEP_TEST_OPTIONS_${kind}})
  tomosweep_not_followed_by_fuzzers(${target})
  target_link_libraries(${target} PRIVATE tomosweep_${layer} GTest::gtest ${TOMOSWEEP_TEST_LIBRARIES_${kind}})
  target_precompile_headers(${target} REUSE_FROM tomosweep_test_headers_${kind})
  add_dependencies(${target} preloaded)
endfunction()

# tomosweep_test(LAYER NAME [RANKS n...] [TIMEOUT s])
# The tests of NAME.cpp, in the program LAYER_tests, which runs as it is; with RANKS in LAYER_rank_tests, which runs under mpirun once
# per number of ranks, oversubscribed. What else a program needs is added to these targets by the caller. In a folder that is not
# called like the layer the program's name begins with FOLDER_.
function(tomosweep_test layer name)
  cmake_parse_arguments(test "" "TIMEOUT" "RANKS" ${ARGN})
  if(NOT test_TIMEOUT)
    set(test_TIMEOUT 120)
  endif()
  get_filename_component(program ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  if(NOT program STREQUAL layer)
    string(APPEND program _${layer})
  endif()
  if(test_RANKS)
    set(target ${program}_rank_tests)
    if(NOT TARGET ${target})
      tomosweep_test_program(${target} ${layer})
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/mpi_main.cpp)
      target_link_libraries(${target} PRIVATE tomosweep_comm)
    endif()
    foreach(ranks IN LISTS test_RANKS)
      add_test(NAME ${layer}.${name}.${ranks}_ranks
        COMMAND ${MPIEXEC_EXECUTABLE} -n ${ranks} $<TARGET_FILE:${target}> ${name})
      set_tests_properties(${layer}.${name}.${ranks}_ranks PROPERTIES
        ENVIRONMENT "${TOMOSWEEP_MPI_ENVIRONMENT}" PROCESSORS 2)
      tomosweep_time_limit(${test_TIMEOUT} ${layer}.${name}.${ranks}_ranks)
    endforeach()
  else()
    set(target ${program}_tests)
    if(NOT TARGET ${target})
      tomosweep_test_program(${target} ${layer})
      target_sources(${target} PRIVATE ${PROJECT_SOURCE_DIR}/tests/support/main.cpp)
    endif()
    add_test(NAME ${layer}.${name} COMMAND $<TARGET_FILE:${target}> ${name})
    set_tests_properties(${layer}.${name} PROPERTIES ENVIRONMENT "${TOMOSWEEP_PLAIN_ENVIRONMENT}")
    tomosweep_time_limit(${test_TIMEOUT} ${layer}.${name})
  endif()
  target_sources(${target} PRIVATE ${name}.cpp)
endfunction()
