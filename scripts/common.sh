# shellcheck shell=bash
# Sourced by the scripts of this folder: where the project is, how many cores there are, how MPI starts here.

project="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"

# Cores that this process may really use: the affinity mask, cut by a container's quota.
usable_cores() {
    local cores quota period
    # nproc takes the number of threads that OpenMP is given for that of cores.
    cores="$(env -u OMP_NUM_THREADS -u OMP_THREAD_LIMIT nproc)"
    if [[ -r /sys/fs/cgroup/cpu.max ]]; then
        read -r quota period < /sys/fs/cgroup/cpu.max
        if [[ "$quota" != max ]] && ((quota / period < cores)); then
            cores=$((quota / period > 0 ? quota / period : 1))
        fi
    fi
    echo "$cores"
}

# Open MPI refuses to start as root unless told twice; containers and CI often are root.
allow_mpi_as_root() {
    if ((EUID == 0)); then
        export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
    fi
}

# speed_arguments PRESET
# Arguments that make cmake build faster, one per line: ccache where it is installed, and in CI, which builds everything once, twenty
# sources of a layer at a time, without sanitizers also without line tables.
speed_arguments() {
    if command -v ccache > /dev/null; then
        echo "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"
    fi
    if [[ "${CI:-}" == true ]]; then
        printf -- '-DCMAKE_UNITY_BUILD=ON\n-DCMAKE_UNITY_BUILD_BATCH_SIZE=20\n'
        if [[ "$1" == dev ]]; then
            echo "-DCMAKE_CXX_FLAGS_RELWITHDEBINFO=-O2 -DNDEBUG"
        fi
    fi
}

# configure_and_build PRESET [TARGET...]
configure_and_build() {
    local preset="$1" arguments
    shift
    mapfile -t arguments < <(speed_arguments "$preset")
    cmake -S "$project" --preset "$preset" "${arguments[@]}" > /dev/null
    cmake --build "$project/build/$preset" --parallel "$(usable_cores)" ${1:+--target "$@"}
}
