#pragma once

#include <cstdint>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// A counter that any rank may advance at any time without the others taking part: it hands out work dynamically.
/// Making and destroying it is collective; next() is local and one-sided.
class shared_counter {
public:
    explicit shared_counter(const communicator& ranks);
    shared_counter(const shared_counter&) = delete;
    shared_counter& operator=(const shared_counter&) = delete;
    ~shared_counter();

    /// The counter's value before it was advanced by one: every value is handed out exactly once, from 0.
    std::int64_t next();

private:
    MPI_Win window_ = MPI_WIN_NULL;
    std::int64_t* value_ = nullptr;
};

}  // namespace tomosweep
