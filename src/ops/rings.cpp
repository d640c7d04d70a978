#include "tomosweep/ops/rings.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// The slices that rank `rank` looks at: one in ranks.size().
class slice_share {
public:
    slice_share(const std::vector<slice_range>& wishes, int ranks) : ranks_(ranks) {
        index_t first = std::numeric_limits<index_t>::max(), last = 0;
        for (const slice_range& wish : wishes)
            if (wish.first < wish.last) {
                first = std::min(first, wish.first);
                last = std::max(last, wish.last);
            }
        all_ = {std::min(first, last), last};
    }

    /// Calls `visit(slice)` for each slice of `rank` that lies in `part`, ascending.
    template <class Visit>
    void for_each(int rank, const slice_range& part, Visit&& visit) const {
        for (index_t slice = all_.first + rank; slice < all_.last; slice += ranks_)
            if (slice >= part.first && slice < part.last)
                visit(slice);
    }
    const slice_range& all() const { return all_; }

private:
    index_t ranks_;
    slice_range all_;
};

box3 slice_box(const extent3& scan, axis direction, index_t slice) {
    box3 box = whole(scan);
    along(box.lo, direction) = slice;
    along(box.hi, direction) = slice + 1;
    return box;
}

}  // namespace

ring_profiles ring_profiles_of(const communicator& ranks, const extent3& scan, const ring_spec& spec,
                               const slice_range& wants, const box_reader& read) {
    const std::vector<slice_range> wishes = ranks.all_gather(wants);
    const slice_share share(wishes, ranks.size());
    const auto radii = static_cast<std::size_t>(ring_radii(scan, spec));
    const std::size_t bytes = radii * sizeof(double);
    std::vector<message> outgoing;
    agreed(ranks, [&] {
        for (int rank = 0; rank < ranks.size(); ++rank)
            outgoing.push_back({rank, {}});
        share.for_each(ranks.rank(), share.all(), [&](index_t slice) {
            const std::vector<double> profile = ring_profile(read(slice_box(scan, spec.direction, slice)), spec);
            require(profile.size() == radii, "all slices have the same radii");
            const auto* first = reinterpret_cast<const std::byte*>(profile.data());
            for (message& each : outgoing)
                if (const slice_range& wish = wishes[static_cast<std::size_t>(each.rank)];
                    slice >= wish.first && slice < wish.last)
                    each.bytes.insert(each.bytes.end(), first, first + bytes);
        });
    });
    ring_profiles profiles{wants.first, static_cast<index_t>(radii), {}};
    profiles.levels.resize(static_cast<std::size_t>(std::max<index_t>(wants.last - wants.first, 0)) * radii);
    for (const message& arrived : ranks.exchange(outgoing)) {
        const std::byte* at = arrived.bytes.data();
        share.for_each(arrived.rank, wants, [&](index_t slice) {
            std::memcpy(profiles.levels.data() + static_cast<std::size_t>(slice - wants.first) * radii, at, bytes);
            at += bytes;
        });
    }
    return profiles;
}

}  // namespace tomosweep
