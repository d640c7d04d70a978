#pragma once

#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// Sizes of the pieces that are not cut, and how much of all pieces' area is. A point of the solid taken at random lies
/// in a piece in proportion to its area, so that means and medians are over area: specks of a voxel count little.
/// Areas in voxels, NaN where there are no pieces.
struct islet_statistics {
    std::int64_t pieces = 0;   ///< that are not cut, of all layers
    double mean_area = 0;      ///< sum of area^2 over sum of area
    double median_area = 0;    ///< half of the area lies in pieces of this area or less
    double mean_diameter = 0;  ///< of the circle of equal area, over area
    double cut_share = 0;      ///< area of the pieces that are cut over that of all
};

/// `table` is ordered by area. Pure.
islet_statistics islets_of(const piece_table& table);

/// Width of all the solid between the cracks of its layer, pieces that are cut included. A layer without any crack
/// bounds nothing: its solid is left out of mean and median. In voxels, over area; NaN where there is nothing.
struct islet_width_statistics {
    double mean = 0;
    double median = 0;
    double unbounded_share = 0;  ///< of the solid that lies in layers without cracks
};

/// `table` is ordered by width. Pure.
islet_width_statistics islet_widths_of(const thickness_table& table);

}  // namespace tomosweep
