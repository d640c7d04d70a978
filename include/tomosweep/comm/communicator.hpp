#pragma once

#include <mpi.h>

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace tomosweep {

/// Starts MPI (thread level funneled) and ends it, unless an exception is unwinding: then MPI is left alone, so that
/// the caller can report and abort. Works without mpirun as a single rank. A process whose launcher ends before MPI has
/// started ends too.
class mpi_environment {
public:
    mpi_environment(int& argc, char**& argv);
    mpi_environment(const mpi_environment&) = delete;
    mpi_environment& operator=(const mpi_environment&) = delete;
    ~mpi_environment();

private:
    int exceptions_ = 0;
};

/// What the launcher says this process is, "0" for the first rank; nothing without one. Local, also before MPI starts.
std::optional<std::string> launched_rank();

/// Name and version of the MPI library at work, in its own words, one line.
std::string mpi_library();

template <class T>
concept transferable = std::is_trivially_copyable_v<T>;

/// Number types that a reduction understands.
template <class T>
concept reducible = std::same_as<T, std::int64_t> || std::same_as<T, std::uint64_t> || std::same_as<T, std::uint32_t> ||
    std::same_as<T, std::uint8_t> || std::same_as<T, double>;

/// A message to or from one rank.
struct message {
    int rank = 0;
    std::vector<std::byte> bytes;
};

/// What one rank has exchanged with the others. A reduction counts its values once each way, a broadcast at the root
/// as sent and elsewhere as received, whatever messages MPI makes of them.
struct rank_traffic {
    std::int64_t bytes_sent = 0;
    std::int64_t bytes_received = 0;
    double seconds = 0;  ///< inside MPI, waiting for other ranks included
};

/// A group of ranks that communicate with each other. Owns its MPI communicator; movable, not copyable.
/// Every member is collective over its ranks unless it says local. Message sizes are 64-bit: what exceeds the int
/// counts of MPI is cut into pieces. Throws mpi_error.
class communicator {
public:
    /// All ranks of the program, on a communicator of its own.
    static communicator world();

    communicator(communicator&& other) noexcept;
    communicator& operator=(communicator&& other) noexcept;
    ~communicator();

    int rank() const { return rank_; }
    int size() const { return size_; }
    bool root() const { return rank_ == 0; }
    MPI_Comm handle() const { return handle_; }

    /// Lets no single call of MPI move more than `bytes`, a multiple of 8 of at most `largest_piece`; the same on all
    /// ranks. For MPI libraries that fail on long messages. Local; split() passes it on.
    void limit_pieces(std::size_t bytes);
    /// The limit without limit_pieces(): well below the int counts of MPI, large enough to cost nothing.
    static constexpr std::size_t largest_piece = std::size_t{1} << 29;

    /// The ranks with the same `colour`, in today's order.
    communicator split(int colour) const;

    void barrier() const;

    /// Ends the whole program at once with this exit code: for failures that the other ranks cannot know of. Local.
    void abort(int code) const;

    /// How many of these ranks run on this rank's node.
    int ranks_on_node() const;

    /// Element by element over all ranks, in place; every rank gets the result and gives equally many values.
    template <reducible T>
    void sum(std::span<T> values) const {
        reduce(values.data(), values.size(), type_of<T>(), sizeof(T), MPI_SUM);
    }
    template <reducible T>
    void max(std::span<T> values) const {
        reduce(values.data(), values.size(), type_of<T>(), sizeof(T), MPI_MAX);
    }
    template <reducible T>
    void min(std::span<T> values) const {
        reduce(values.data(), values.size(), type_of<T>(), sizeof(T), MPI_MIN);
    }
    template <reducible T>
    T sum(T value) const {
        sum(std::span(&value, 1));
        return value;
    }
    template <reducible T>
    T max(T value) const {
        max(std::span(&value, 1));
        return value;
    }
    template <reducible T>
    T min(T value) const {
        min(std::span(&value, 1));
        return value;
    }

    /// `values` of rank `root` on every rank, whatever their number.
    template <transferable T>
    void broadcast(std::vector<T>& values, int root = 0) const {
        std::uint64_t count = values.size();
        broadcast_bytes(reinterpret_cast<std::byte*>(&count), sizeof count, root);
        values.resize(count);
        broadcast_bytes(reinterpret_cast<std::byte*>(values.data()), count * sizeof(T), root);
    }

    /// The text of rank `root` on every rank.
    void broadcast(std::string& text, int root = 0) const;

    /// One value of every rank, by rank, on every rank.
    template <transferable T>
    std::vector<T> all_gather(const T& value) const {
        std::vector<T> values(static_cast<std::size_t>(size_));
        all_gather_bytes(reinterpret_cast<const std::byte*>(&value), sizeof(T),
                         reinterpret_cast<std::byte*>(values.data()));
        return values;
    }

    /// Delivers `outgoing` (at most one message per rank, possibly to oneself) and returns what arrived, by rank;
    /// messages without bytes are not sent. Each rank learns the sizes first, 8 bytes from every rank; then only real
    /// messages travel.
    std::vector<message> exchange(const std::vector<message>& outgoing) const;

    /// The same where both sides know of each other's messages: `incoming` names the ranks from which one comes and
    /// gets the bytes, possibly none. Sizes travel between these ranks only. Not collective over the whole
    /// communicator.
    void exchange_known(const std::vector<message>& outgoing, std::vector<message>& incoming) const;

    /// Sends to and receives from ranks that both sides know, with sizes that both sides know: `outgoing` and
    /// `incoming` name the ranks and hold buffers of the final size. Not collective over the whole communicator.
    void transfer(const std::vector<message>& outgoing, std::vector<message>& incoming) const;

    /// Point to point, any size; local to the two ranks.
    void send(int to, std::span<const std::byte> bytes) const;
    std::vector<std::byte> receive(int from) const;

    /// What this rank has handed to MPI for other ranks, and got, since the communicator was made; local.
    const rank_traffic& traffic() const { return traffic_; }
    std::int64_t bytes_sent() const { return traffic_.bytes_sent; }

private:
    explicit communicator(MPI_Comm owned);

    template <class T>
    static MPI_Datatype type_of() {
        if constexpr (std::same_as<T, std::int64_t>)
            return MPI_INT64_T;
        else if constexpr (std::same_as<T, std::uint64_t>)
            return MPI_UINT64_T;
        else if constexpr (std::same_as<T, std::uint32_t>)
            return MPI_UINT32_T;
        else if constexpr (std::same_as<T, std::uint8_t>)
            return MPI_UINT8_T;
        else
            return MPI_DOUBLE;
    }

    void reduce(void* values, std::size_t count, MPI_Datatype type, std::size_t bytes_each, MPI_Op operation) const;
    void broadcast_bytes(std::byte* data, std::size_t bytes, int root) const;
    void all_gather_bytes(const std::byte* own, std::size_t bytes, std::byte* all) const;
    void count_traffic(std::size_t sent, std::size_t received) const;
    std::size_t others() const { return static_cast<std::size_t>(size_ - 1); }
    void release() noexcept;

    MPI_Comm handle_ = MPI_COMM_NULL;
    int rank_ = 0;
    int size_ = 1;
    std::size_t piece_ = largest_piece;
    mutable rank_traffic traffic_;
};

}  // namespace tomosweep
