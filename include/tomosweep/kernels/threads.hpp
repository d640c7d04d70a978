#pragma once

namespace tomosweep {

/// Cores that this process may run on: what the system or mpirun bound it to. Local.
int cores_available();

/// Threads that kernels use from now on in this process; 1 or more. Local.
void use_threads(int threads);

/// Threads that kernels use now: OMP_NUM_THREADS, or what use_threads() said. Local.
int threads_in_use();

}  // namespace tomosweep
