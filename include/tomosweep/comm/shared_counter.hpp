#pragma once

#include <cstdint>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// A counter that any rank may advance at any time without the others taking part: it hands out work dynamically and
/// adds up progress. Starts at 0. Making and destroying it is collective; the other members are local and one-sided.
class shared_counter {
public:
    explicit shared_counter(const communicator& ranks);
    shared_counter(const shared_counter&) = delete;
    shared_counter& operator=(const shared_counter&) = delete;
    ~shared_counter();

    /// Advances the counter and returns its value before: with add(1), every value is handed out exactly once.
    std::int64_t add(std::int64_t amount);
    std::int64_t value() { return add(0); }

private:
    MPI_Win window_ = MPI_WIN_NULL;
    std::int64_t* value_ = nullptr;
};

}  // namespace tomosweep
