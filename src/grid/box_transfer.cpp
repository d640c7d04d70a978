#include "tomosweep/grid/box_transfer.hpp"

#include <cstdint>

namespace tomosweep {
namespace {

void note(int rank, const box3& part, std::vector<message>& messages, std::vector<box3>& parts) {
    if (part.empty())
        return;
    messages.push_back({rank, {}});
    parts.push_back(part);
}

template <class T>
std::size_t bytes_of(const box3& part) {
    return static_cast<std::size_t>(part.voxels()) * sizeof(T);
}

}  // namespace

box_transfer::box_transfer(const communicator& ranks, std::span<const box_share> shares) : ranks_(&ranks) {
    for (const box_share& share : shares)
        if (share.rank == ranks.rank())
            own_ = share;
    for (const box_share& other : shares) {
        if (other.rank == ranks.rank())
            continue;
        note(other.rank, intersection(own_.held, other.wanted), outgoing_, sent_);
        note(other.rank, intersection(other.held, own_.wanted), incoming_, received_);
    }
}

template <transferable T>
void box_transfer::pack(view3<const T> held) {
    for (std::size_t i = 0; i < sent_.size(); ++i) {
        outgoing_[i].bytes.resize(bytes_of<T>(sent_[i]));
        copy(held.part(relative(sent_[i], own_.held.lo)),
             view3<T>(reinterpret_cast<T*>(outgoing_[i].bytes.data()), sent_[i].extent()));
    }
    for (std::size_t i = 0; i < received_.size(); ++i)
        incoming_[i].bytes.resize(bytes_of<T>(received_[i]));
}

void box_transfer::run() {
    ranks_->transfer(outgoing_, incoming_);
    outgoing_.clear();
}

template <transferable T>
void box_transfer::place(view3<const T> held, view3<T> wanted) const {
    if (const box3 kept = intersection(own_.held, own_.wanted); !kept.empty())
        copy(held.part(relative(kept, own_.held.lo)), wanted.part(relative(kept, own_.wanted.lo)));
    for (std::size_t i = 0; i < received_.size(); ++i)
        copy(view3<const T>(reinterpret_cast<const T*>(incoming_[i].bytes.data()), received_[i].extent()),
             wanted.part(relative(received_[i], own_.wanted.lo)));
}

template void box_transfer::pack(view3<const std::uint8_t>);
template void box_transfer::pack(view3<const std::uint16_t>);
template void box_transfer::pack(view3<const std::int16_t>);
template void box_transfer::pack(view3<const std::uint32_t>);
template void box_transfer::pack(view3<const std::uint64_t>);
template void box_transfer::pack(view3<const float>);
template void box_transfer::place(view3<const std::uint8_t>, view3<std::uint8_t>) const;
template void box_transfer::place(view3<const std::uint16_t>, view3<std::uint16_t>) const;
template void box_transfer::place(view3<const std::int16_t>, view3<std::int16_t>) const;
template void box_transfer::place(view3<const std::uint32_t>, view3<std::uint32_t>) const;
template void box_transfer::place(view3<const std::uint64_t>, view3<std::uint64_t>) const;
template void box_transfer::place(view3<const float>, view3<float>) const;

}  // namespace tomosweep
