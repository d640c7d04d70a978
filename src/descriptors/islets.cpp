#include "tomosweep/descriptors/islets.hpp"

#include <cmath>
#include <numbers>
#include <span>

#include "tomosweep/core/unknown.hpp"
#include "tomosweep/descriptors/width.hpp"

namespace tomosweep {
namespace {

/// Area of the piece in which the middle voxel of `voxels` lies, pieces in order of their area.
double area_in_the_middle(const piece_table& table, std::int64_t voxels) {
    std::int64_t before = 0;
    for (const piece_count& row : table) {
        before += row.cut == 0 ? row.voxels * row.pieces : 0;
        if (2 * before >= voxels && row.cut == 0)
            return static_cast<double>(row.voxels);
    }
    return unknown;
}

}  // namespace

islet_statistics islets_of(const piece_table& table) {
    std::int64_t voxels = 0, of_cut = 0, pieces = 0;
    double squares = 0, diameters = 0;
    for (const piece_count& row : table) {
        if (row.cut != 0) {
            of_cut += row.voxels * row.pieces;
            continue;
        }
        const auto area = static_cast<double>(row.voxels);
        pieces += row.pieces;
        voxels += row.voxels * row.pieces;
        squares += area * area * static_cast<double>(row.pieces);
        diameters += area * 2 * std::sqrt(area / std::numbers::pi) * static_cast<double>(row.pieces);
    }
    islet_statistics found{pieces, unknown, unknown, unknown, unknown};
    if (voxels + of_cut > 0)
        found.cut_share = static_cast<double>(of_cut) / static_cast<double>(voxels + of_cut);
    if (voxels > 0) {
        found.mean_area = squares / static_cast<double>(voxels);
        found.mean_diameter = diameters / static_cast<double>(voxels);
        found.median_area = area_in_the_middle(table, voxels);
    }
    return found;
}

islet_width_statistics islet_widths_of(const thickness_table& table) {
    const bool endless = !table.empty() && table.back().radius_sq == unbounded_sq;
    std::int64_t voxels = 0;
    for (const thickness_count& row : table)
        voxels += row.voxels;
    const width_statistics bounded = width_of(std::span(table).first(table.size() - (endless ? 1 : 0)), 0);
    const std::int64_t unbounded = endless ? table.back().voxels : 0;
    return {bounded.mean, bounded.median, ratio(unbounded, voxels)};
}

}  // namespace tomosweep
