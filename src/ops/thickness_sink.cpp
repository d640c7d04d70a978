#include "thickness_sink.hpp"

#include <algorithm>
#include <bit>
#include <tuple>

#include "own_block.hpp"

namespace tomosweep {
namespace {

constexpr std::size_t least_compaction = std::size_t{1} << 14;

bool before(const thickness_count& a, const thickness_count& b) {
    return std::tie(a.radius_sq, a.depth_bin) < std::tie(b.radius_sq, b.depth_bin);
}

/// Adds up neighbouring entries of the same radius and bin.
void add_equal(thickness_table& ordered) {
    std::size_t last = 0;
    for (std::size_t i = 1; i < ordered.size(); ++i)
        if (before(ordered[last], ordered[i]))
            ordered[++last] = ordered[i];
        else
            ordered[last].voxels += ordered[i].voxels;
    if (!ordered.empty())
        ordered.resize(last + 1);
}

template <class Value>
void write_bits(Value* row, std::uint64_t voxels, Value value) {
    if (voxels == ~std::uint64_t{0}) {
        std::fill_n(row, 64, value);
        return;
    }
    for (; voxels != 0; voxels &= voxels - 1)
        row[std::countr_zero(voxels)] = value;
}

class_t class_of_radius(std::span<const distance_sq_t> minimum_sq, distance_sq_t radius_sq) {
    const auto below = std::ranges::upper_bound(minimum_sq, radius_sq);
    return below == minimum_sq.begin() ? class_background : static_cast<class_t>(minimum_sq.end() - below);
}

}  // namespace

thickness_table merged(const thickness_table& a, const thickness_table& b) {
    thickness_table both(a.size() + b.size());
    std::ranges::merge(a, b, both.begin(), before);
    add_equal(both);
    return both;
}

void sum_tables(const communicator& ranks, thickness_table& table) {
    for (int step = 1; step < ranks.size(); step *= 2) {
        const bool receives = ranks.rank() % (2 * step) == 0 && ranks.rank() + step < ranks.size();
        if (ranks.rank() % (2 * step) == step)
            ranks.send(ranks.rank() - step, std::as_bytes(std::span(table)));
        if (receives)
            table = merged(table, from_bytes<thickness_count>(ranks.receive(ranks.rank() + step)));
    }
    ranks.broadcast(table);
}

thickness_counter::thickness_counter(const depth_bins& depth, const index3& origin)
    : depth_(&depth), origin_(origin), of_bin_(static_cast<std::size_t>(depth.count)), compact_at_(least_compaction) {}

thickness_counter::thickness_counter(const depth_field& field, const index3& origin)
    : field_(&field), origin_(origin), of_bin_(static_cast<std::size_t>(field.count)), compact_at_(least_compaction) {}

std::int64_t& thickness_counter::bin_at(index_t layer) {
    return of_bin_[static_cast<std::size_t>(depth_->bin_of_layer[static_cast<std::size_t>(layer)])];
}

void thickness_counter::add(const painted_run& run) {
    if (run.radius_sq != radius_sq_) {
        flush();
        radius_sq_ = run.radius_sq;
    }
    field_ != nullptr ? add_by_voxel(run) : add_by_layer(run);
}

void thickness_counter::add_by_voxel(const painted_run& run) {
    for (std::uint64_t voxels = run.voxels; voxels != 0; voxels &= voxels - 1)
        ++of_bin_[static_cast<std::size_t>(field_->bin(origin_.z + run.z, run.y, run.x + std::countr_zero(voxels)))];
}

void thickness_counter::add_by_layer(const painted_run& run) {
    if (depth_->direction == axis::x)
        for (std::uint64_t voxels = run.voxels; voxels != 0; voxels &= voxels - 1)
            ++bin_at(origin_.x + run.x + std::countr_zero(voxels));
    else
        bin_at(depth_->direction == axis::z ? origin_.z + run.z : origin_.y + run.y) += std::popcount(run.voxels);
}

void thickness_counter::flush() {
    for (std::size_t bin = 0; bin < of_bin_.size(); ++bin)
        if (of_bin_[bin] != 0)
            counts_.push_back({radius_sq_, static_cast<std::int32_t>(bin), of_bin_[bin]});
    std::ranges::fill(of_bin_, 0);
    if (counts_.size() > compact_at_)
        compact();
}

void thickness_counter::compact() {
    std::ranges::sort(counts_, before);
    add_equal(counts_);
    compact_at_ = std::max(least_compaction, 2 * counts_.size());
}

thickness_table thickness_counter::take() {
    flush();
    compact();
    return std::move(counts_);
}

void thickness_writer::write(const painted_run& run) {
    if (run.radius_sq != radius_sq_) {
        radius_sq_ = run.radius_sq;
        class_ = class_of_radius(targets_.minimum_sq, radius_sq_);
    }
    if (targets_.kept_classes.data() != nullptr && class_ != class_background)
        write_bits(targets_.kept_classes.row(run.z, run.y) + run.x, run.voxels, class_);
    if (targets_.thickness_sq.data() != nullptr)
        write_bits(targets_.thickness_sq.row(run.z, run.y) + run.x, run.voxels, run.radius_sq);
}

}  // namespace tomosweep
