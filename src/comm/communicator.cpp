#include "tomosweep/comm/communicator.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <string>
#include <utility>

#include "launcher_watch.hpp"
#include "mpi_check.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr int payload_tag = 17;
constexpr int size_tag = 18;

/// Adds the time until it goes out of scope.
class mpi_timer {
public:
    explicit mpi_timer(rank_traffic& traffic) : traffic_(traffic) {}
    mpi_timer(const mpi_timer&) = delete;
    mpi_timer& operator=(const mpi_timer&) = delete;
    ~mpi_timer() { traffic_.seconds += std::chrono::duration<double>(clock::now() - start_).count(); }

private:
    using clock = std::chrono::steady_clock;
    rank_traffic& traffic_;
    clock::time_point start_ = clock::now();
};

template <class Call>
void in_pieces(std::size_t bytes, std::size_t piece, Call&& call) {
    for (std::size_t done = 0; done < bytes; done += piece)
        call(done, static_cast<int>(std::min(piece, bytes - done)));
}

void start_receiving(MPI_Comm comm, int from, std::vector<std::byte>& bytes, std::size_t piece,
                     std::vector<MPI_Request>& requests) {
    in_pieces(bytes.size(), piece, [&](std::size_t offset, int count) {
        requests.emplace_back();
        check(MPI_Irecv(bytes.data() + offset, count, MPI_BYTE, from, payload_tag, comm, &requests.back()),
              "MPI_Irecv");
    });
}

void start_sending(MPI_Comm comm, int to, std::span<const std::byte> bytes, std::size_t piece,
                   std::vector<MPI_Request>& requests) {
    in_pieces(bytes.size(), piece, [&](std::size_t offset, int count) {
        requests.emplace_back();
        check(MPI_Isend(bytes.data() + offset, count, MPI_BYTE, to, payload_tag, comm, &requests.back()), "MPI_Isend");
    });
}

}  // namespace

mpi_environment::mpi_environment(int& argc, char**& argv) : exceptions_(std::uncaught_exceptions()) {
    const launcher_watch watch;
    int provided = 0;
    check(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
}

mpi_environment::~mpi_environment() {
    if (std::uncaught_exceptions() == exceptions_)
        MPI_Finalize();
}

communicator::communicator(MPI_Comm owned) : handle_(owned) {
    MPI_Comm_set_errhandler(handle_, MPI_ERRORS_RETURN);
    check(MPI_Comm_rank(handle_, &rank_), "MPI_Comm_rank");
    check(MPI_Comm_size(handle_, &size_), "MPI_Comm_size");
}

communicator communicator::world() {
    MPI_Comm copy = MPI_COMM_NULL;
    check(MPI_Comm_dup(MPI_COMM_WORLD, &copy), "MPI_Comm_dup");
    return communicator(copy);
}

communicator::communicator(communicator&& other) noexcept
    : handle_(std::exchange(other.handle_, MPI_COMM_NULL)),
      rank_(other.rank_),
      size_(other.size_),
      piece_(other.piece_),
      traffic_(other.traffic_) {}

std::optional<std::string> launched_rank() {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"})
        if (const char* rank = std::getenv(name); rank != nullptr)
            return rank;
    return std::nullopt;
}

std::string mpi_library() {
    std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
    int length = 0;
    MPI_Get_library_version(text.data(), &length);
    std::string line(text.data());
    return line.substr(0, line.find_first_of(",\n"));
}

communicator& communicator::operator=(communicator&& other) noexcept {
    if (this != &other) {
        release();
        handle_ = std::exchange(other.handle_, MPI_COMM_NULL);
        rank_ = other.rank_;
        size_ = other.size_;
        piece_ = other.piece_;
        traffic_ = other.traffic_;
    }
    return *this;
}

communicator::~communicator() {
    release();
}

void communicator::release() noexcept {
    // Freeing is collective: while an exception unwinds the other ranks may never come.
    if (handle_ != MPI_COMM_NULL && std::uncaught_exceptions() == 0)
        MPI_Comm_free(&handle_);
    handle_ = MPI_COMM_NULL;
}

communicator communicator::split(int colour) const {
    MPI_Comm part = MPI_COMM_NULL;
    check(MPI_Comm_split(handle_, colour, rank_, &part), "MPI_Comm_split");
    communicator group(part);
    group.piece_ = piece_;
    return group;
}

void communicator::limit_pieces(std::size_t bytes) {
    require(bytes > 0 && bytes % sizeof(std::int64_t) == 0 && bytes <= largest_piece,
            "pieces of messages hold whole numbers and fit MPI's int counts");
    piece_ = bytes;
}

void communicator::barrier() const {
    const mpi_timer timer(traffic_);
    check(MPI_Barrier(handle_), "MPI_Barrier");
}

void communicator::abort(int code) const {
    MPI_Abort(handle_, code);
}

int communicator::ranks_on_node() const {
    MPI_Comm node = MPI_COMM_NULL;
    check(MPI_Comm_split_type(handle_, MPI_COMM_TYPE_SHARED, rank_, MPI_INFO_NULL, &node), "MPI_Comm_split_type");
    int ranks = 1;
    MPI_Comm_size(node, &ranks);
    MPI_Comm_free(&node);
    return ranks;
}

void communicator::reduce(void* values, std::size_t count, MPI_Datatype type, std::size_t bytes_each,
                          MPI_Op operation) const {
    const mpi_timer timer(traffic_);
    auto* first = static_cast<std::byte*>(values);
    in_pieces(count * bytes_each, piece_, [&](std::size_t offset, int bytes) {
        check(
            MPI_Allreduce(MPI_IN_PLACE, first + offset, bytes / static_cast<int>(bytes_each), type, operation, handle_),
            "MPI_Allreduce");
    });
    if (size_ > 1)
        count_traffic(count * bytes_each, count * bytes_each);
}

void communicator::broadcast_bytes(std::byte* data, std::size_t bytes, int root) const {
    const mpi_timer timer(traffic_);
    in_pieces(bytes, piece_, [&](std::size_t offset, int count) {
        check(MPI_Bcast(data + offset, count, MPI_BYTE, root, handle_), "MPI_Bcast");
    });
    if (size_ > 1)
        rank_ == root ? count_traffic(bytes, 0) : count_traffic(0, bytes);
}

void communicator::count_traffic(std::size_t sent, std::size_t received) const {
    traffic_.bytes_sent += static_cast<std::int64_t>(sent);
    traffic_.bytes_received += static_cast<std::int64_t>(received);
}

void communicator::broadcast(std::string& text, int root) const {
    std::vector<char> letters(text.begin(), text.end());
    broadcast(letters, root);
    text.assign(letters.begin(), letters.end());
}

void communicator::all_gather_bytes(const std::byte* own, std::size_t bytes, std::byte* all) const {
    const mpi_timer timer(traffic_);
    const int count = static_cast<int>(bytes);
    check(MPI_Allgather(own, count, MPI_BYTE, all, count, MPI_BYTE, handle_), "MPI_Allgather");
    if (size_ > 1)
        count_traffic(bytes, bytes * others());
}

std::vector<message> communicator::exchange(const std::vector<message>& outgoing) const {
    std::vector<std::int64_t> sizes_out(static_cast<std::size_t>(size_)), sizes_in(sizes_out.size());
    for (const message& out : outgoing)
        sizes_out[static_cast<std::size_t>(out.rank)] = static_cast<std::int64_t>(out.bytes.size());
    {
        const mpi_timer timer(traffic_);
        check(MPI_Alltoall(sizes_out.data(), 1, MPI_INT64_T, sizes_in.data(), 1, MPI_INT64_T, handle_), "MPI_Alltoall");
    }
    count_traffic(sizeof(std::int64_t) * others(), sizeof(std::int64_t) * others());
    std::vector<message> incoming;
    for (int rank = 0; rank < size_; ++rank)
        if (const std::int64_t bytes = sizes_in[static_cast<std::size_t>(rank)]; bytes > 0)
            incoming.push_back({rank, std::vector<std::byte>(static_cast<std::size_t>(bytes))});
    transfer(outgoing, incoming);
    return incoming;
}

void communicator::exchange_known(const std::vector<message>& outgoing, std::vector<message>& incoming) const {
    using packed_size = std::array<std::byte, sizeof(std::uint64_t)>;
    std::vector<message> sizes_out, sizes_in;
    for (const message& out : outgoing) {
        const auto size = std::bit_cast<packed_size>(std::uint64_t{out.bytes.size()});
        sizes_out.push_back({out.rank, {size.begin(), size.end()}});
    }
    for (const message& in : incoming)
        sizes_in.push_back({in.rank, std::vector<std::byte>(sizeof(std::uint64_t))});
    transfer(sizes_out, sizes_in);
    for (std::size_t i = 0; i < incoming.size(); ++i) {
        packed_size size;
        std::ranges::copy(sizes_in[i].bytes, size.begin());
        incoming[i].bytes.resize(std::bit_cast<std::uint64_t>(size));
    }
    transfer(outgoing, incoming);
}

void communicator::transfer(const std::vector<message>& outgoing, std::vector<message>& incoming) const {
    const mpi_timer timer(traffic_);
    std::vector<MPI_Request> requests;
    std::vector<std::byte>* own = nullptr;
    for (message& in : incoming)
        if (in.rank == rank_)
            own = &in.bytes;
        else {
            start_receiving(handle_, in.rank, in.bytes, piece_, requests);
            count_traffic(0, in.bytes.size());
        }
    for (const message& out : outgoing)
        if (out.rank == rank_) {
            if (own != nullptr)
                *own = out.bytes;
        } else {
            start_sending(handle_, out.rank, out.bytes, piece_, requests);
            count_traffic(out.bytes.size(), 0);
        }
    check(MPI_Waitall(static_cast<int>(requests.size()), requests.data(), MPI_STATUSES_IGNORE), "MPI_Waitall");
}

void communicator::send(int to, std::span<const std::byte> bytes) const {
    const mpi_timer timer(traffic_);
    const std::uint64_t size = bytes.size();
    check(MPI_Send(&size, 1, MPI_UINT64_T, to, size_tag, handle_), "MPI_Send");
    in_pieces(bytes.size(), piece_, [&](std::size_t offset, int count) {
        check(MPI_Send(bytes.data() + offset, count, MPI_BYTE, to, payload_tag, handle_), "MPI_Send");
    });
    count_traffic(bytes.size(), 0);
}

std::vector<std::byte> communicator::receive(int from) const {
    const mpi_timer timer(traffic_);
    std::uint64_t size = 0;
    check(MPI_Recv(&size, 1, MPI_UINT64_T, from, size_tag, handle_, MPI_STATUS_IGNORE), "MPI_Recv");
    std::vector<std::byte> bytes(size);
    in_pieces(bytes.size(), piece_, [&](std::size_t offset, int count) {
        check(MPI_Recv(bytes.data() + offset, count, MPI_BYTE, from, payload_tag, handle_, MPI_STATUS_IGNORE),
              "MPI_Recv");
    });
    count_traffic(0, size);
    return bytes;
}

}  // namespace tomosweep
