#include "tomosweep/kernels/neighbourhood.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>

#include "neighbourhood_rows.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using detail::change_sums;
using detail::row_block;

constexpr std::size_t figures_before_depth = change_sums::figures;
constexpr std::size_t classes_in_all = change_sums::classes;

/// Copies rows of the own box with one voxel before and behind, and class_outside wherever the volume has ended.
class row_reader {
public:
    row_reader(view3<const class_t> classes, const box3& box, const box3& own, const extent3& whole)
        : classes_(classes), box_(box), whole_(whole), first_(own.lo.x - 1), last_(own.hi.x + 1) {}

    std::size_t row_size() const { return static_cast<std::size_t>(last_ - first_ + detail::chunk); }

    void read(index_t z, index_t y, class_t* out) const {
        if (z < 0 || z >= whole_.z || y < 0 || y >= whole_.y) {
            std::fill_n(out, row_size(), class_outside);
            return;
        }
        const index_t from = std::max<index_t>(first_, 0);
        const index_t to = std::min(last_, whole_.x);
        std::fill_n(out, from - first_, class_outside);
        std::memcpy(out + (from - first_), classes_.row(z - box_.lo.z, y - box_.lo.y) + (from - box_.lo.x),
                    static_cast<std::size_t>(to - from));
        std::fill(out + (to - first_), out + row_size(), class_outside);
    }
    /// Row of the own box, whose voxels follow each other.
    const class_t* own_row(index_t z, index_t y) const {
        return classes_.row(z - box_.lo.z, y - box_.lo.y) + (first_ + 1 - box_.lo.x);
    }

private:
    view3<const class_t> classes_;
    box3 box_;
    extent3 whole_;
    index_t first_, last_;
};

/// The nine rows around one, rolling along y.
class row_window {
public:
    explicit row_window(const row_reader& reader) : size_(reader.row_size()), memory_(18 * size_) {
        for (std::size_t i = 0; i < rows_.size(); ++i)
            rows_[i] = memory_.data() + 2 * i * size_;
    }

    void start(const row_reader& reader, index_t z, index_t y) {
        read_column(reader, z, y - 1);
        roll();
        read_column(reader, z, y);
        roll();
        read_column(reader, z, y + 1);
    }
    void advance(const row_reader& reader, index_t z, index_t y) {
        roll();
        read_column(reader, z, y + 1);
    }
    row_block rows() const {
        row_block block;
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            block.classes[i] = rows_[i];
            block.known[i] = rows_[i] + size_;
        }
        return block;
    }
    const class_t* middle() const { return rows_[4] + 1; }

private:
    void roll() {
        for (std::size_t plane = 0; plane < rows_.size(); plane += 3)
            std::rotate(rows_.data() + plane, rows_.data() + plane + 1, rows_.data() + plane + 3);
    }
    void read_column(const row_reader& reader, index_t z, index_t y) {
        for (std::size_t plane = 0; plane < 3; ++plane) {
            class_t* const row = rows_[3 * plane + 2];
            reader.read(z + static_cast<index_t>(plane) - 1, y, row);
            std::transform(row, row + size_, row + size_,
                           [](class_t each) { return each == class_outside ? class_t{0} : each; });
        }
    }

    std::size_t size_;
    std::vector<class_t> memory_;
    std::array<class_t*, 9> rows_{};
};

/// What one thread works with.
struct thread_tally {
    thread_tally(const row_reader& reader, std::int32_t depth_bins)
        : window(reader), depth(static_cast<std::size_t>(depth_bins) * classes_in_all), sums(1) {}

    row_window window;
    std::vector<std::int64_t> depth;  ///< voxels by depth bin and class
    std::vector<change_sums> sums;    ///< one, on the heap
};

/// The voxels by class of one depth bin.
std::int64_t* table_of(const depth_bins& depth, index_t layer, thread_tally& tally) {
    return tally.depth.data() +
           static_cast<std::size_t>(depth.bin_of_layer[static_cast<std::size_t>(layer)]) * classes_in_all;
}

/// Voxels by class and depth bin of a row, where bins change along the row or from row to row.
void count_depth(const class_t* row, index_t y, const box3& own, const depth_bins& depth, thread_tally& tally) {
    for (index_t x = own.lo.x; x < own.hi.x; ++x)
        ++table_of(depth, depth.direction == axis::x ? x : y, tally)[row[x - own.lo.x]];
}

/// One strip of rows: y in [y_from, y_to) of plane z.
void count_strip(const row_reader& reader, const box3& own, index_t z, index_t y_from, index_t y_to, int phases,
                 const depth_bins& depth, thread_tally& tally) {
    change_sums& sums = tally.sums[0];
    bool follows = false;
    for (index_t y = y_from; y < y_to; ++y) {
        if (!change_sums::concerned(reader.own_row(z, y), own.hi.x - own.lo.x, phases)) {
            follows = false;
            continue;
        }
        if (follows)
            tally.window.advance(reader, z, y);
        else
            tally.window.start(reader, z, y);
        follows = true;
        sums.add_row(tally.window.rows(), own.hi.x - own.lo.x, phases);
        if (depth.direction != axis::z)
            count_depth(tally.window.middle(), y, own, depth, tally);
    }
    if (depth.direction != axis::z)
        return;
    sums.flush();
    for (std::size_t value = 0; value < static_cast<std::size_t>(phases); ++value)
        table_of(depth, z, tally)[value] += sums.take_voxels(value);
}

/// Running sums over the classes are figures by phase. The voxels themselves come with their depths.
void add_figures(const change_sums& sums, neighbourhood_table& table) {
    const std::size_t stride = figures_before_depth + static_cast<std::size_t>(table.depth_bins);
    change_sums::change total{};
    for (std::size_t k = 0; k < static_cast<std::size_t>(table.phases); ++k)
        for (std::size_t figure = 1; figure < total.size(); ++figure)
            table.counts[k * stride + figure] += total[figure] += sums.of(k)[figure];
}

void add_depth(const std::vector<std::int64_t>& counts, neighbourhood_table& table) {
    const auto bins = static_cast<std::size_t>(table.depth_bins);
    for (std::size_t bin = 0; bin < bins; ++bin) {
        std::int64_t sum = 0;
        for (std::size_t k = 0; k < static_cast<std::size_t>(table.phases); ++k) {
            sum += counts[bin * classes_in_all + k];
            std::int64_t* const row = table.counts.data() + k * (figures_before_depth + bins);
            row[0] += sum;
            row[figures_before_depth + bin] += sum;
        }
    }
}

void check(view3<const class_t> classes, const box3& box, const box3& own, const extent3& whole_extent, int phases,
           const depth_bins& depth) {
    require(phases >= 0 && phases <= max_phases, "0 <= phases <= 254");
    require(static_cast<index_t>(depth.bin_of_layer.size()) >= along(whole_extent, depth.direction),
            "every layer of the depth axis has a bin");
    require(std::all_of(depth.bin_of_layer.begin(), depth.bin_of_layer.end(),
                        [&](std::int32_t bin) { return bin >= 0 && bin < depth.count; }),
            "every depth bin is one of those that are counted");
    require(own.empty() || classes.extent() == box.extent(), "the view has the extent of its box");
    const box3 needed = grown(own, {1, 1, 1}, whole(whole_extent));
    require(own.empty() || (intersection(needed, box) == needed && intersection(own, needed) == own),
            "the view holds the own box and its neighbours");
}

}  // namespace

neighbourhood_table::neighbourhood_table(int phase_count, std::int32_t bins)
    : phases(phase_count),
      depth_bins(bins),
      counts(static_cast<std::size_t>(phase_count) * (figures_before_depth + static_cast<std::size_t>(bins))) {}

neighbourhood_table& neighbourhood_table::operator+=(const neighbourhood_table& other) {
    require(phases == other.phases && depth_bins == other.depth_bins, "tables of the same chain and bins are added");
    for (std::size_t i = 0; i < counts.size(); ++i)
        counts[i] += other.counts[i];
    return *this;
}

phase_counts neighbourhood_table::phase(int k) const {
    require(k >= 0 && k < phases, "the phase is one of the chain");
    const std::size_t stride = figures_before_depth + static_cast<std::size_t>(depth_bins);
    const std::int64_t* const row = counts.data() + static_cast<std::size_t>(k) * stride;
    phase_counts result;
    result.voxels = row[0];
    std::copy_n(row + 1, 13, result.transitions.begin());
    result.euler_6 = row[14];
    result.euler_26 = row[15];
    result.depth_voxels.assign(row + figures_before_depth, row + stride);
    return result;
}

neighbourhood_table neighbourhood(view3<const class_t> classes, const box3& box, const box3& own, const extent3& whole,
                                  int phases, const depth_bins& depth) {
    check(classes, box, own, whole, phases, depth);
    neighbourhood_table table(phases, depth.count);
    if (own.empty() || phases == 0)
        return table;

    const row_reader reader(classes, box, own, whole);
    std::deque<thread_tally> tallies;  // a deque, for windows must stay where they are
    for (int thread = 0; thread < omp_get_max_threads(); ++thread)
        tallies.emplace_back(reader, depth.count);
    constexpr index_t strip = 64;
    constexpr index_t worth_threads = 1 << 16;
    const index_t strips = (own.extent().y + strip - 1) / strip;
    const index_t pieces = strips * own.extent().z;
#pragma omp parallel for schedule(dynamic) if (own.voxels() > worth_threads)
    for (index_t piece = 0; piece < pieces; ++piece) {
        const index_t y = own.lo.y + piece % strips * strip;
        count_strip(reader, own, own.lo.z + piece / strips, y, std::min(y + strip, own.hi.y), phases, depth,
                    tallies[static_cast<std::size_t>(omp_get_thread_num())]);
    }

    for (thread_tally& tally : tallies) {
        add_depth(tally.depth, table);
        tally.sums[0].flush();
        add_figures(tally.sums[0], table);
    }
    return table;
}

}  // namespace tomosweep
