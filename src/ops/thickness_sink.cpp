#include "thickness_sink.hpp"

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "own_block.hpp"
#include "tomosweep/kernels/row_bits.hpp"

namespace tomosweep {
namespace {

/// Squared radii, from 0 on, that are looked up in tables.
std::size_t near_radii(distance_sq_t largest_sq) {
    return std::size_t{std::min(largest_sq, distance_sq_t{too_far_sq<short_distance_sq_t>})} + 1;
}

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
    const int first = std::countr_zero(voxels), count = std::popcount(voxels);
    if (count >= 16 && voxels >> first == lowest_bits(count)) {
        std::fill_n(row + first, count, value);
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

thickness_counter::thickness_counter(const depth_bins& depth, const index3& origin, distance_sq_t largest_sq)
    : depth_(&depth),
      origin_(origin),
      bins_(static_cast<std::size_t>(depth.count)),
      near_rows_(near_radii(largest_sq), 0) {}

thickness_counter::thickness_counter(const depth_field& field, const index3& origin, distance_sq_t largest_sq)
    : field_(&field),
      origin_(origin),
      bins_(static_cast<std::size_t>(field.count)),
      near_rows_(near_radii(largest_sq), 0) {}

void thickness_counter::choose_row(distance_sq_t radius_sq) {
    std::uint32_t& row = radius_sq < near_rows_.size() ? near_rows_[radius_sq] : far_rows_[radius_sq];
    if (row == 0) {
        counts_.resize(counts_.size() + bins_, 0);
        row = static_cast<std::uint32_t>(counts_.size() / bins_);
    }
    radius_sq_ = radius_sq;
    row_ = counts_.data() + (row - 1) * bins_;
}

std::int32_t thickness_counter::bin_of(index_t z, index_t y, index_t x) const {
    const index3 at = origin_ + index3{z, y, x};
    return field_ != nullptr ? field_->bin(at.z, y, x)
                             : depth_->bin_of_layer[static_cast<std::size_t>(along(at, depth_->direction))];
}

void thickness_counter::add(const painted_run& run) {
    if (run.radius_sq != radius_sq_)
        choose_row(run.radius_sq);
    if (binned_by_row())
        row_[bin_of(run.z, run.y, run.x)] += std::popcount(run.voxels);
    else
        for (std::uint64_t voxels = run.voxels; voxels != 0; voxels &= voxels - 1)
            ++row_[bin_of(run.z, run.y, run.x + std::countr_zero(voxels))];
}

void thickness_counter::add(const row_radii& row) {
    if (field_ == nullptr && depth_->direction == axis::z) {
        const std::int32_t bin = bin_of(row.z, row.y, row.x);
        if (bin != bin_waiting_ || waiting_.empty()) {
            add_waiting();
            waiting_.resize(2 * near_rows_.size(), 0);
            bin_waiting_ = bin;
        }
        for (std::size_t i = 0; i < row.radii_sq.size(); ++i)
            ++waiting_[i % 2 * near_rows_.size() + row.radii_sq[i]];
        return;
    }
    for (std::size_t i = 0; i < row.radii_sq.size(); ++i) {
        if (row.radii_sq[i] != radius_sq_)
            choose_row(row.radii_sq[i]);
        ++row_[bin_of(row.z, row.y, row.x + static_cast<index_t>(i))];
    }
}

void thickness_counter::add_waiting() {
    for (std::size_t i = 0; i < waiting_.size(); ++i)
        if (const std::int64_t voxels = std::exchange(waiting_[i], 0); voxels != 0) {
            choose_row(static_cast<distance_sq_t>(i % near_rows_.size()));
            row_[bin_waiting_] += voxels;
        }
}

thickness_table thickness_counter::take() {
    add_waiting();
    thickness_table table;
    const auto append = [&](distance_sq_t radius_sq, std::uint32_t row) {
        for (std::size_t bin = 0; row != 0 && bin < bins_; ++bin)
            if (const std::int64_t voxels = counts_[(row - 1) * bins_ + bin]; voxels != 0)
                table.push_back({radius_sq, static_cast<std::int32_t>(bin), voxels});
    };
    for (std::size_t radius_sq = 0; radius_sq < near_rows_.size(); ++radius_sq)
        append(static_cast<distance_sq_t>(radius_sq), near_rows_[radius_sq]);
    for (const auto& [radius_sq, row] : far_rows_)
        append(radius_sq, row);
    return table;
}

void thickness_writer::write(const painted_run& run) {
    if (run.radius_sq != radius_sq_) {
        radius_sq_ = run.radius_sq;
        class_ = class_of_radius(targets_.minimum_sq, radius_sq_);
    }
    if (targets_.kept_classes.data() != nullptr)
        write_bits(targets_.kept_classes.row(run.z, run.y) + run.x, run.voxels, class_);
    if (targets_.thickness_sq.data() != nullptr)
        write_bits(targets_.thickness_sq.row(run.z, run.y) + run.x, run.voxels, run.radius_sq);
}

void thickness_writer::write(const row_radii& row) {
    if (targets_.thickness_sq.data() != nullptr)
        std::ranges::copy(row.radii_sq, targets_.thickness_sq.row(row.z, row.y) + row.x);
    if (targets_.kept_classes.data() == nullptr)
        return;
    if (near_classes_.empty())
        for (std::size_t radius_sq = 0; radius_sq < near_radii(largest_sq_); ++radius_sq)
            near_classes_.push_back(class_of_radius(targets_.minimum_sq, static_cast<distance_sq_t>(radius_sq)));
    std::ranges::transform(row.radii_sq, targets_.kept_classes.row(row.z, row.y) + row.x,
                           [&](short_distance_sq_t radius_sq) { return near_classes_[radius_sq]; });
}

}  // namespace tomosweep
