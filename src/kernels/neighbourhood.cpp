#include "tomosweep/kernels/neighbourhood.hpp"

#include <omp.h>

#include <algorithm>
#include <array>
#include <deque>

#include "neighbourhood_bits.hpp"
#include "neighbourhood_rows.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using detail::change_sums;
using detail::row_reader;

constexpr std::size_t figures_before_depth = change_sums::figures;
constexpr std::size_t classes_in_all = change_sums::classes;

/// Phases up to which masks of bits are the faster way.
constexpr int few_phases = 8;
static_assert(few_phases <= detail::bit_row::most_phases);

/// Many phases: what each voxel changes.
class change_counter {
public:
    change_counter(const row_reader& reader, const box3& own, int phases, index_t strip)
        : reader_(reader),
          voxels_(own.extent().x),
          phases_(phases),
          rows_(reader, 3, strip + 2, detail::signed_row(reader.row_size())),
          sums_(1) {}

    static box3 counted(const box3& own) { return own; }
    void add_row(index_t z, index_t y) {
        if (!change_sums::concerned(reader_.own_row(z, y), voxels_, phases_))
            return;
        detail::row_block block;
        for (std::size_t i = 0; i < block.classes.size(); ++i) {
            const auto& row = rows_.at(z + static_cast<index_t>(i / 3) - 1, y + static_cast<index_t>(i % 3) - 1);
            block.classes[i] = row.classes();
            block.spans[i] = row.spans();
        }
        sums_[0].add_row(block, voxels_, phases_);
    }
    change_sums& sums() {
        sums_[0].flush();
        return sums_[0];
    }

private:
    const row_reader& reader_;
    index_t voxels_;
    int phases_;
    detail::row_cache<detail::signed_row> rows_;
    std::vector<change_sums> sums_;  ///< one, on the heap
};

/// Few phases: what begins at each voxel, or one before the volume.
class bit_counter {
public:
    bit_counter(const row_reader& reader, const box3& own, int phases, index_t strip)
        : first_(own.lo.x == 0 ? 0 : 1),
          end_(own.extent().x + 1),
          rows_(reader, 2, strip + 2, detail::bit_row(own.extent().x + 2, reader.row_size(), phases)),
          sums_(phases) {}

    static box3 counted(const box3& own) {
        return {{own.lo.z - (own.lo.z == 0 ? 1 : 0), own.lo.y - (own.lo.y == 0 ? 1 : 0), own.lo.x}, own.hi};
    }
    void add_row(index_t z, index_t y) {
        sums_.add_row({&rows_.at(z, y), &rows_.at(z, y + 1), &rows_.at(z + 1, y - 1), &rows_.at(z + 1, y),
                       &rows_.at(z + 1, y + 1)},
                      first_, end_);
    }
    detail::bit_counts& sums() { return sums_; }

private:
    index_t first_, end_;
    detail::row_cache<detail::bit_row> rows_;
    detail::bit_counts sums_;
};

/// What one thread works with.
template <class Counter>
struct thread_tally {
    thread_tally(const row_reader& reader, const box3& own, int phases, index_t strip, std::int32_t depth_bins)
        : counter(reader, own, phases, strip), depth(static_cast<std::size_t>(depth_bins) * classes_in_all) {}

    Counter counter;
    std::vector<std::int64_t> depth;  ///< voxels by depth bin and class
};

/// The voxels by class of one depth bin.
std::int64_t* table_of(const depth_bins& depth, index_t layer, std::vector<std::int64_t>& counts) {
    return counts.data() +
           static_cast<std::size_t>(depth.bin_of_layer[static_cast<std::size_t>(layer)]) * classes_in_all;
}

/// Voxels by class and depth bin of a row, where bins change along the row or from row to row.
void count_depth(const class_t* row, index_t y, const box3& own, const depth_bins& depth,
                 std::vector<std::int64_t>& counts) {
    for (index_t x = own.lo.x; x < own.hi.x; ++x)
        ++table_of(depth, depth.direction == axis::x ? x : y, counts)[row[x - own.lo.x]];
}

/// One piece of the rows that are counted, layer by layer.
template <class Counter>
void count_piece(const row_reader& reader, const box3& own, const box3& piece, int phases, const depth_bins& depth,
                 thread_tally<Counter>& tally) {
    for (index_t z = piece.lo.z; z < piece.hi.z; ++z) {
        for (index_t y = piece.lo.y; y < piece.hi.y; ++y) {
            tally.counter.add_row(z, y);
            if (depth.direction != axis::z && z >= own.lo.z && y >= own.lo.y)
                count_depth(reader.own_row(z, y), y, own, depth, tally.depth);
        }
        if (depth.direction != axis::z || z < own.lo.z)
            continue;
        auto& sums = tally.counter.sums();
        for (std::size_t value = 0; value < static_cast<std::size_t>(phases); ++value)
            table_of(depth, z, tally.depth)[value] += sums.take_voxels(value);
    }
}

/// Running sums over the classes are figures by phase. The voxels themselves come with their depths.
template <class Sums>
void add_figures(const Sums& sums, neighbourhood_table& table) {
    const std::size_t stride = figures_before_depth + static_cast<std::size_t>(table.depth_bins);
    typename Sums::change total{};
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

/// Rows of a strip: three layers of them should stay in the cache of a core.
index_t rows_per_strip(const row_reader& reader) {
    constexpr std::size_t bytes = std::size_t{192} << 10;
    return static_cast<index_t>(std::clamp<std::size_t>(bytes / (3 * reader.row_size()), 8, 64));
}

template <class Counter>
void count_all(const row_reader& reader, const box3& own, const depth_bins& depth, neighbourhood_table& table) {
    const index_t strip = rows_per_strip(reader);
    std::deque<thread_tally<Counter>> tallies;  // a deque, for counters are not copied
    for (int thread = 0; thread < omp_get_max_threads(); ++thread)
        tallies.emplace_back(reader, own, table.phases, strip, depth.count);
    constexpr index_t layers = 32;
    constexpr index_t worth_threads = 1 << 16;
    const box3 counted = Counter::counted(own);
    const index_t strips = (counted.extent().y + strip - 1) / strip;
    const index_t pieces = strips * ((counted.extent().z + layers - 1) / layers);
#pragma omp parallel for schedule(dynamic) if (own.voxels() > worth_threads)
    for (index_t i = 0; i < pieces; ++i) {
        const index3 lo{counted.lo.z + i / strips * layers, counted.lo.y + i % strips * strip, own.lo.x};
        const box3 piece = intersection({lo, {lo.z + layers, lo.y + strip, own.hi.x}}, counted);
        count_piece(reader, own, piece, table.phases, depth, tallies[static_cast<std::size_t>(omp_get_thread_num())]);
    }

    for (auto& tally : tallies) {
        add_depth(tally.depth, table);
        add_figures(tally.counter.sums(), table);
    }
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
    if (phases <= few_phases)
        count_all<bit_counter>(reader, own, depth, table);
    else
        count_all<change_counter>(reader, own, depth, table);
    return table;
}

}  // namespace tomosweep
