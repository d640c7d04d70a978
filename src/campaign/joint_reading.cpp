#include "tomosweep/campaign/joint_reading.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/grid/box_transfer.hpp"

namespace tomosweep {
namespace {

constexpr index_t most_bytes_of_a_round = index_t{256} << 20;

constexpr index_t rounded_up(index_t count, index_t by) {
    return (count + by - 1) / by;
}

/// Those that meet `box`, counted in grains.
box3 grains_meeting(const box3& box, const extent3& grain) {
    return {{box.lo.z / grain.z, box.lo.y / grain.y, box.lo.x / grain.x},
            {rounded_up(box.hi.z, grain.z), rounded_up(box.hi.y, grain.y), rounded_up(box.hi.x, grain.x)}};
}

/// The ranks whose blocks lie side by side in one range of z.
class reading_row {
public:
    reading_row(const decomposition& blocks, index_t z, const input_box& input_of)
        : blocks_(&blocks), z_(z), input_of_(&input_of) {
        const extent3 ranks = blocks.ranks_per_axis();
        needed_ = input_of(blocks.box_of({{z, 0, 0}, {z + 1, ranks.y, ranks.x}}));
    }

    index_t members() const { return blocks_->ranks_per_axis().y * blocks_->ranks_per_axis().x; }
    int rank(index_t member) const { return blocks_->rank_at({z_, 0, 0}) + static_cast<int>(member); }
    box3 wanted(index_t member) const { return (*input_of_)(blocks_->box(rank(member))); }
    /// By all members together.
    const box3& needed() const { return needed_; }

    index_t layers(const extent3& grain) const {
        return needed_.empty() ? 0 : grains_meeting(needed_, grain).extent().z;
    }

    /// What a member reads in a round, in which everybody reads `layers` layers of grains.
    box3 slab(index_t member, index_t round, index_t layers, index_t grain_z) const {
        const index_t first = needed_.lo.z / grain_z + (round * members() + member) * layers;
        box3 read = needed_;
        read.lo.z = std::max(needed_.lo.z, first * grain_z);
        read.hi.z = std::min(needed_.hi.z, (first + layers) * grain_z);
        return read.empty() ? box3{} : read;
    }

private:
    const decomposition* blocks_;
    index_t z_;
    const input_box* input_of_;
    box3 needed_;
};

grey_volume charged_read(const scan_source& source, const box3& box, step_scope& charged) {
    charged.read(box.voxels() * static_cast<index_t>(bytes_per_voxel(source.type())));
    return source.read(box);
}

/// Whether the members of a row would read a quarter more grains one by one than together. All rows are alike.
bool worth_sharing(const reading_row& row, const extent3& grain) {
    if (row.needed().empty() || (grain.y == 1 && grain.x == 1))
        return false;
    index_t alone = 0;
    for (index_t member = 0; member < row.members(); ++member)
        if (const box3 wanted = row.wanted(member); !wanted.empty())
            alone += grains_meeting(wanted, grain).voxels();
    return 4 * alone > 5 * grains_meeting(row.needed(), grain).voxels();
}

class joint_reading {
public:
    joint_reading(const domain& grid, const scan_source& source, const reading_row& first, const input_box& input_of)
        : grid_(grid), source_(source), grain_(source.grain()), row_(own_row(input_of)) {
        const box3& needed = first.needed();
        const index_t bytes = needed.voxels() * static_cast<index_t>(bytes_per_voxel(source.type()));
        const index_t layer_bytes = rounded_up(bytes, first.layers(grain_));
        layers_ = std::max<index_t>(1, std::min(most_bytes_of_a_round, bytes / first.members() / 8) / layer_bytes);
        for (index_t z = 0; z < grid.blocks().ranks_per_axis().z; ++z)
            rounds_ = std::max(
                rounds_, rounded_up(reading_row(grid.blocks(), z, input_of).layers(grain_), first.members() * layers_));
    }

    grey_volume read(step_scope& charged) const {
        const extent3 extent = row_.wanted(own_member()).extent();
        grey_volume wanted = agreed(grid_.ranks(), [&] { return make_grey(source_.type(), extent); });
        for (index_t round = 0; round < rounds_; ++round)
            std::visit([&](auto& voxels) { read_round(round, voxels, charged); }, wanted);
        return wanted;
    }

private:
    reading_row own_row(const input_box& input_of) const {
        return {grid_.blocks(), grid_.blocks().position(grid_.ranks().rank()).z, input_of};
    }

    index_t own_member() const { return grid_.ranks().rank() - row_.rank(0); }

    template <class T>
    void read_round(index_t round, array3<T>& wanted, step_scope& charged) const {
        std::vector<box_share> shares;
        for (index_t member = 0; member < row_.members(); ++member)
            shares.push_back({row_.rank(member), row_.slab(member, round, layers_, grain_.z), row_.wanted(member)});
        const box3& own = shares[static_cast<std::size_t>(own_member())].held;
        box_transfer parts(grid_.ranks(), shares);
        const auto held = agreed(grid_.ranks(), [&] {
            auto read = std::get<array3<T>>(charged_read(source_, own, charged));
            parts.pack<T>(read.view());
            return read;
        });
        parts.run();
        parts.place<T>(held.view(), wanted.view());
    }

    const domain& grid_;
    const scan_source& source_;
    extent3 grain_;
    reading_row row_;
    index_t layers_ = 1;
    index_t rounds_ = 0;
};

}  // namespace

grey_volume read_jointly(const domain& grid, const scan_source& source, const input_box& input_of) {
    step_scope charged(grid.ledger(), scan_step::read, input_of(grid.own()).voxels());
    const reading_row first(grid.blocks(), 0, input_of);
    if (worth_sharing(first, source.grain()))
        return joint_reading(grid, source, first, input_of).read(charged);
    return agreed(grid.ranks(), [&] { return charged_read(source, input_of(grid.own()), charged); });
}

}  // namespace tomosweep
