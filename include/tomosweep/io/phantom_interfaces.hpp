#pragma once

#include <span>
#include <vector>

#include "tomosweep/io/phantom.hpp"
#include "tomosweep/io/phantom_pores.hpp"

namespace tomosweep {

/// Height of the interface over the point (y, x), voxels from the volume's corner. Pure.
double height_at(const phantom_interface& surface, const extent3& shape, double y, double x);

/// Least height of `upper` over `lower` anywhere in the field. Pure.
double least_gap(const phantom_interface& lower, const phantom_interface& upper, const extent3& shape);

/// Mean height of `upper` over `lower` over the field, exactly: of the interfaces, even where they leave the volume.
/// Pure.
double mean_gap(const phantom_interface& lower, const phantom_interface& upper);

/// Share of every layer that lies between collector and separator, over the middles of all columns; 1 without a stack.
/// Local. Cost: one pass over the columns.
std::vector<double> electrode_share_of_layers(const phantom_source& phantom);

/// Lays collector and separator of a phantom over the grey levels of its electrode. The same for any box.
class stack_painter {
public:
    /// `phantom` has a stack and must outlive the painter. Throws input_error when the bubbles have no room.
    explicit stack_painter(const phantom_source& phantom);

    /// `levels` are those of a row of voxels that starts at `first` of the volume, which may lie outside it. Local.
    void cover(std::span<double> levels, const index3& first) const;

private:
    /// The axis of a cylinder that lies in one layer.
    struct fibre {
        double z = 0, y = 0, x = 0;       ///< a point of it
        double along_y = 0, along_x = 1;  ///< unit length
    };
    double separator_grey(double z, double y, double x) const;

    const phantom_source* phantom_;
    std::vector<fibre> fibres_;
    std::vector<pore> bubbles_;
};

}  // namespace tomosweep
