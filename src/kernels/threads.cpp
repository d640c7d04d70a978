#include "tomosweep/kernels/threads.hpp"

#include <omp.h>
#include <sched.h>

#include <algorithm>

namespace tomosweep {

int cores_available() {
    cpu_set_t cores;
    return sched_getaffinity(0, sizeof cores, &cores) == 0 ? CPU_COUNT(&cores) : omp_get_num_procs();
}

void use_threads(int threads) {
    omp_set_num_threads(std::max(1, threads));
}

int threads_in_use() {
    return omp_get_max_threads();
}

}  // namespace tomosweep
