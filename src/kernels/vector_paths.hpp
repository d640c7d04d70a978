#pragma once

/// Stands before a function whose loops the compiler turns into vectors: it is compiled for every x86-64, for AVX2 and
/// for AVX-512, and the loader takes what the processor can do. So one binary runs everywhere. Integers only: every
/// path then yields the same bits by construction. What the function calls is compiled for the path only if it is
/// inlined.
///
/// Elsewhere, and with TOMOSWEEP_ONE_PATH, the function is compiled once, for the compiler's target.
#if defined(__x86_64__) && defined(__gnu_linux__) && !defined(__clang__) && __GNUC__ >= 12 && \
    !defined(TOMOSWEEP_ONE_PATH)
#define TOMOSWEEP_VECTOR_PATHS [[gnu::target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")]]
// For a function that is written once per path, because its vectors are as wide as the processor's.
#define TOMOSWEEP_PATH_DEFAULT [[gnu::target("default")]]
#define TOMOSWEEP_PATH_V3 [[gnu::target("arch=x86-64-v3")]]
#define TOMOSWEEP_PATH_V4 [[gnu::target("arch=x86-64-v4")]]
#else
#define TOMOSWEEP_VECTOR_PATHS
#define TOMOSWEEP_PATH_DEFAULT
#endif
