#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <vector>

#include "tomosweep/comm/communicator.hpp"

namespace tomosweep {

/// Letters to rank 0, which looks for them when it likes, while nobody waits. Making it is collective; the other
/// members are local unless they say otherwise. Throws mpi_error.
class mailbox {
public:
    using letter = std::vector<std::byte>;

    explicit mailbox(const communicator& ranks);
    mailbox(const mailbox&) = delete;
    mailbox& operator=(const mailbox&) = delete;
    ~mailbox();

    /// Any rank, rank 0 included. At most communicator::largest_piece bytes.
    void post(std::span<const std::byte> text);
    /// On rank 0: what has come since the last call, each rank's letters in its order. Nothing elsewhere.
    std::vector<letter> collect();
    /// The same once all that were posted before have come. Collective.
    std::vector<letter> collect_all();

private:
    struct under_way {
        letter text;
        MPI_Request request = MPI_REQUEST_NULL;
    };

    communicator ranks_;  ///< of its own: no other message is taken for a letter
    std::deque<under_way> sent_;
    std::vector<letter> own_;  ///< rank 0 to itself
    std::int64_t posted_ = 0;  ///< to others
    std::int64_t received_ = 0;
};

}  // namespace tomosweep
