#include "tomosweep/comm/shared_counter.hpp"

#include <exception>

#include "mpi_check.hpp"

namespace tomosweep {

shared_counter::shared_counter(const communicator& ranks) {
    const MPI_Aint bytes = ranks.root() ? static_cast<MPI_Aint>(sizeof(std::int64_t)) : 0;
    check(MPI_Win_allocate(bytes, sizeof(std::int64_t), MPI_INFO_NULL, ranks.handle(), &value_, &window_),
          "MPI_Win_allocate");
    MPI_Win_lock_all(0, window_);
    if (ranks.root()) {
        const std::int64_t zero = 0;
        MPI_Put(&zero, 1, MPI_INT64_T, 0, 0, 1, MPI_INT64_T, window_);
        MPI_Win_flush(0, window_);
    }
    ranks.barrier();
}

shared_counter::~shared_counter() {
    // Freeing is collective: while an exception unwinds the other ranks may never come.
    if (std::uncaught_exceptions() > 0)
        return;
    MPI_Win_unlock_all(window_);
    MPI_Win_free(&window_);
}

std::int64_t shared_counter::add(std::int64_t amount) {
    std::int64_t before = 0;
    check(MPI_Fetch_and_op(&amount, &before, MPI_INT64_T, 0, 0, MPI_SUM, window_), "MPI_Fetch_and_op");
    check(MPI_Win_flush(0, window_), "MPI_Win_flush");
    return before;
}

}  // namespace tomosweep
