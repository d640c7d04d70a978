#include "tomosweep/kernels/neighbourhood.hpp"

#include <omp.h>

#include <algorithm>
#include <cstring>
#include <utility>

#include "neighbourhood_rows.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using detail::neighbourhood_histograms;
using detail::row_quad;

constexpr std::size_t figures_before_depth = 16;
constexpr std::size_t classes_in_all = 256;

/// The anchors of a block: the highest corners of the neighbourhoods that it owns. A block at the end of the volume
/// owns the neighbourhoods that reach one voxel beyond it, too.
box3 anchors_of(const box3& own, const extent3& whole) {
    const auto beyond = [](index_t hi, index_t end) { return hi == end ? hi + 1 : hi; };
    return {own.lo, {beyond(own.hi.z, whole.z), beyond(own.hi.y, whole.y), beyond(own.hi.x, whole.x)}};
}

/// Copies rows of the view with one voxel before, and class_outside wherever the volume has ended.
class row_reader {
public:
    row_reader(view3<const class_t> classes, const box3& box, const box3& anchors, const extent3& whole)
        : classes_(classes), box_(box), whole_(whole), first_(anchors.lo.x - 1), last_(anchors.hi.x) {}

    std::size_t row_size() const { return static_cast<std::size_t>(last_ - first_ + detail::chunk); }

    void read(index_t z, index_t y, class_t* out) const {
        std::fill_n(out, row_size(), class_outside);
        if (z < 0 || z >= whole_.z || y < 0 || y >= whole_.y)
            return;
        const index_t from = std::max<index_t>(first_, 0);
        const index_t to = std::min(last_, whole_.x);
        std::memcpy(out + (from - first_), classes_.row(z - box_.lo.z, y - box_.lo.y) + (from - box_.lo.x),
                    static_cast<std::size_t>(to - from));
    }

private:
    view3<const class_t> classes_;
    box3 box_;
    extent3 whole_;
    index_t first_, last_;
};

/// What one thread works with: its tables, and two pairs of rows that roll along y.
struct thread_tally {
    thread_tally(std::size_t row_size, std::int32_t depth_bins)
        : rows(4 * row_size), depth(static_cast<std::size_t>(depth_bins) * classes_in_all), histograms(1) {}

    std::vector<class_t> rows;
    std::vector<std::int64_t> depth;
    std::vector<neighbourhood_histograms> histograms;  // one, on the heap
};

/// The voxels by class of one depth bin.
std::int64_t* table_of(const depth_bins& depth, index_t layer, thread_tally& tally) {
    return tally.depth.data() +
           static_cast<std::size_t>(depth.bin_of_layer[static_cast<std::size_t>(layer)]) * classes_in_all;
}

/// Voxels by class and depth bin of row (z, y) of the own box, which the histograms have just counted.
void count_depth(const class_t* row, index_t z, index_t y, const box3& own, const depth_bins& depth, int phases,
                 thread_tally& tally) {
    if (depth.direction == axis::x)
        for (index_t x = own.lo.x; x < own.hi.x; ++x)
            ++table_of(depth, x, tally)[row[x - own.lo.x]];
    else
        tally.histograms[0].flush_voxels(table_of(depth, depth.direction == axis::z ? z : y, tally), phases);
}

/// One strip of anchor rows: y in [y_from, y_to) of plane z.
void count_strip(const row_reader& reader, const box3& anchors, const box3& own, index_t z, index_t y_from,
                 index_t y_to, int phases, const depth_bins& depth, thread_tally& tally) {
    const std::size_t size = reader.row_size();
    class_t* const buffer = tally.rows.data();
    std::array<class_t*, 4> rows = {buffer, buffer + size, buffer + 2 * size, buffer + 3 * size};
    reader.read(z - 1, y_from - 1, rows[1]);
    reader.read(z, y_from - 1, rows[3]);
    for (index_t y = y_from; y < y_to; ++y) {
        std::swap(rows[0], rows[1]);
        std::swap(rows[2], rows[3]);
        reader.read(z - 1, y, rows[1]);
        reader.read(z, y, rows[3]);
        tally.histograms[0].count_row({rows[0], rows[1], rows[2], rows[3]}, anchors.hi.x - anchors.lo.x, phases);
        if (z < own.hi.z && y < own.hi.y)
            count_depth(rows[3] + 1, z, y, own, depth, phases, tally);
    }
}

/// Adds what the histograms say: running sums over the classes are counts per phase.
void add_figures(const neighbourhood_histograms::totals& counted, neighbourhood_table& table) {
    const std::size_t stride = figures_before_depth + static_cast<std::size_t>(table.depth_bins);
    std::int64_t vertices = 0, edges = 0, squares = 0, cubes = 0;
    std::array<std::int64_t, 13> low{}, unknown{};
    for (std::size_t k = 0; k < static_cast<std::size_t>(table.phases); ++k) {
        std::int64_t* const row = table.counts.data() + k * stride;
        const std::int64_t voxels = row[0];
        vertices += counted.vertices[k];
        edges += counted.edges[k];
        squares += counted.squares[k];
        cubes += counted.cubes[k];
        for (std::size_t d = 0; d < 13; ++d) {
            low[d] += counted.pair_low[d][k];
            unknown[d] += counted.pair_unknown[d][k];
            // Over the whole volume every voxel is the first of one pair and the second of another, so the maxima are
            // 2 * voxels - minima and need no histogram of their own.
            row[1 + d] = 2 * (low[d] - voxels) - unknown[d];
        }
        const std::int64_t faces = low[0] + low[1] + low[2];
        row[14] = voxels - (6 * voxels - faces) + squares - cubes;
        row[15] = vertices - edges + faces - voxels;
    }
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
    const box3 needed = intersection({own.lo - index3{1, 1, 1}, own.hi}, whole(whole_extent));
    require(own.empty() || (intersection(needed, box) == needed && intersection(own, needed) == own),
            "the view holds the own box and its low neighbours");
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

    const box3 anchors = anchors_of(own, whole);
    const row_reader reader(classes, box, anchors, whole);
    std::vector<thread_tally> tallies(static_cast<std::size_t>(omp_get_max_threads()),
                                      thread_tally(reader.row_size(), depth.count));
    constexpr index_t strip = 64;
    constexpr index_t worth_threads = 1 << 16;
    const index_t strips = (anchors.hi.y - anchors.lo.y + strip - 1) / strip;
    const index_t pieces = strips * (anchors.hi.z - anchors.lo.z);
#pragma omp parallel for schedule(dynamic) if (own.voxels() > worth_threads)
    for (index_t piece = 0; piece < pieces; ++piece) {
        const index_t y = anchors.lo.y + piece % strips * strip;
        count_strip(reader, anchors, own, anchors.lo.z + piece / strips, y, std::min(y + strip, anchors.hi.y), phases,
                    depth, tallies[static_cast<std::size_t>(omp_get_thread_num())]);
    }

    for (const thread_tally& tally : tallies)
        add_depth(tally.depth, table);
    neighbourhood_histograms& sum = tallies.front().histograms[0];
    for (thread_tally& tally : tallies) {
        tally.histograms[0].flush();
        if (&tally != &tallies.front())
            sum += tally.histograms[0];
    }
    add_figures(sum.counted(), table);
    return table;
}

}  // namespace tomosweep
