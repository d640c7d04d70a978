#pragma once

#include <span>
#include <vector>

#include "tomosweep/io/phantom_geometry.hpp"

namespace tomosweep {

/// What a phantom's geometry says, free of voxels, blur and noise. Lengths in voxels. Layers are taken at the height of
/// their voxels' centres. The faces of the volume make no surface. With a collector and a separator, every layer counts
/// in crack_fraction and crack_surface_per_volume with the share of it that lies between them.
struct phantom_truth {
    double crack_fraction = 0;  ///< cracks and pores, per volume
    /// Faces of cracks (slanted as they are) and pores, per volume of cracks and pores; NaN when there are none.
    double crack_surface_per_volume = 0;
    double shell_fraction = 0;                  ///< shells on the faces of cracks, per volume
    double bubble_volume = 0;                   ///< of gas in the separator, voxels
    std::vector<double> layer_crack_fraction;   ///< cracks and pores, per layer
    std::vector<double> layer_crack_perimeter;  ///< length of the cracks' edges per area of the layer; without pores
    std::vector<double> layer_plate_width;
    double electrode_thickness = 0;  ///< mean of separator over collector, exact; NaN for a phantom without them
};

/// Solid area and edges of cracks in one layer. Straight edges are the faces of cracks of constant width and the dead
/// ends of cracks at uncracked boundaries; plate edges belong to faces that may be slanted.
struct layer_measure {
    double solid_area = 0;
    double plate_edges = 0;
    double straight_edges = 0;
};

/// Measures the pieces inside `window`, exactly up to rounding, by cutting polygons. Along a line where two pieces
/// touch, only what one of them leaves bare is an edge. Local. Cost: about 2 us per piece.
layer_measure measure_layer(std::span<const solid_piece> pieces, const window2& window, const crack_widths& widths);

/// Ground truth of a phantom. Local. Throws input_error as open_phantom() does. Cost: one measure_layer() per layer, or
/// one for all when the plates are of constant width.
phantom_truth truth_of(const phantom_source& phantom);

}  // namespace tomosweep
