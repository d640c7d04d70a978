# What most sources of the upper layers and most tests include. Sources name what they use nevertheless: they compile without
# (CMAKE_DISABLE_PRECOMPILE_HEADERS), and tests/layers compiles every header alone.
set(TOMOSWEEP_PRECOMPILED <algorithm> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional> <span> <string>
  <vector> <fmt/format.h>)

# tomosweep_layer(NAME [VOXELS] [FOREIGN_BYTES] SOURCES file... [USES layer...] [LIBRARIES target...]
#                 [PRECOMPILE header... | PRECOMPILED_BY layer])
# One static library per layer. USES names the layers it builds on, LIBRARIES what it needs from outside and keeps to itself.
# VOXELS stands for loops over all voxels, which nobody waits for without optimisation: they are optimised in debug builds, too.
# Fuzzers follow branches of layers that read FOREIGN_BYTES, and of those that are no loops over voxels.
function(tomosweep_layer name)
  cmake_parse_arguments(layer "VOXELS;FOREIGN_BYTES" "PRECOMPILED_BY" "SOURCES;USES;LIBRARIES;PRECOMPILE" ${ARGN})
  set(target tomosweep_${name})
  add_library(${target} STATIC ${layer_SOURCES})
  add_library(tomosweep::${name} ALIAS ${target})
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include> $<INSTALL_INTERFACE:include>)
  target_compile_features(${target} PUBLIC cxx_std_20)
  tomosweep_warnings(${target})
  foreach(used IN LISTS layer_USES)
    target_link_libraries(${target} PUBLIC tomosweep_${used})
  endforeach()
  target_link_libraries(${target} PRIVATE ${layer_LIBRARIES})
  if(layer_VOXELS)
    target_compile_options(${target} PRIVATE $<$<CONFIG:Debug>:-O1>)
    if(NOT layer_FOREIGN_BYTES)
      tomosweep_not_followed_by_fuzzers(${target})
    endif()
  endif()
  if(layer_PRECOMPILE)
    target_precompile_headers(${target} PRIVATE ${layer_PRECOMPILE})
  elseif(layer_PRECOMPILED_BY)
    target_precompile_headers(${target} REUSE_FROM tomosweep_${layer_PRECOMPILED_BY})
  endif()
  set_target_properties(${target} PROPERTIES EXPORT_NAME ${name})
  set_property(GLOBAL APPEND PROPERTY TOMOSWEEP_LAYERS ${target})
endfunction()

# Reporting every comparison to a fuzzer makes loops over voxels several times slower.
function(tomosweep_not_followed_by_fuzzers target)
  if(TOMOSWEEP_FUZZ)
    target_compile_options(${target} PRIVATE -fno-sanitize=fuzzer-no-link)
  endif()
endfunction()

# -ffp-contract=off: the same floating-point result in vector bodies and remainders, on every machine.
function(tomosweep_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wconversion -ffp-contract=off
    $<$<BOOL:${TOMOSWEEP_WERROR}>:-Werror>)
endfunction()

# Sanitizers must cover every object of a program and its link, so they apply to the whole project.
if(TOMOSWEEP_SANITIZE)
  add_compile_options(-fsanitize=${TOMOSWEEP_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${TOMOSWEEP_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_compile_options(-fsanitize-ignorelist=${PROJECT_SOURCE_DIR}/cmake/sanitizer_ignorelist.txt)
  endif()
  if(TOMOSWEEP_SANITIZE MATCHES thread)
    # The loader chooses between clones of a function before the sanitizer's runtime is there, and the program would crash.
    add_compile_definitions(TOMOSWEEP_ONE_PATH)
  endif()
endif()
