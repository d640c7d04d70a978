#pragma once

#include <omp.h>

#include <algorithm>
#include <span>

#include "tomosweep/core/array.hpp"
#include "tomosweep/kernels/border.hpp"

namespace tomosweep {

/// Buffers of one thread of smooth_rows().
struct smooth_buffers {
    double* plane;  ///< smoothed along z; rows and columns of the source
    double* line;   ///< smoothed along z and y; columns of the source
    double* wide;   ///< the line with its margins
    double* row;    ///< smoothed along all axes
};

/// Weighted sum over z of the source's planes around output layer `z`, for every row and column of the source.
template <class T>
void smooth_along_z(view3<const T> source, const window_map& map, index_t z, std::span<const double> weights,
                    double* plane) {
    const extent3 extent = source.extent();
    for (index_t y = 0; y < extent.y; ++y) {
        double* sums = plane + y * extent.x;
        std::fill_n(sums, extent.x, 0.0);
        for (std::size_t k = 0; k < weights.size(); ++k) {
            const T* values = source.row(map.z[static_cast<std::size_t>(z) + k], y);
            for (index_t x = 0; x < extent.x; ++x)
                sums[x] += weights[k] * static_cast<double>(values[x]);
        }
    }
}

/// Weighted sums over y and then over x of a plane that is already smoothed along z, for output row `y`.
inline void smooth_along_yx(const smooth_buffers& buffers, index_t columns, const window_map& map, index_t y,
                            index_t wanted_x, std::span<const double> weights) {
    std::fill_n(buffers.line, columns, 0.0);
    for (std::size_t k = 0; k < weights.size(); ++k) {
        const double* values = buffers.plane + map.y[static_cast<std::size_t>(y) + k] * columns;
        for (index_t x = 0; x < columns; ++x)
            buffers.line[x] += weights[k] * values[x];
    }
    for (std::size_t x = 0; x < map.x.size(); ++x)
        buffers.wide[x] = buffers.line[map.x[x]];
    std::fill_n(buffers.row, wanted_x, 0.0);
    for (std::size_t k = 0; k < weights.size(); ++k)
        for (index_t x = 0; x < wanted_x; ++x)
            buffers.row[x] += weights[k] * buffers.wide[static_cast<std::size_t>(x) + k];
}

/// Separable weighted mean with the same odd number of `weights` along z, y and x, in this order and always summed from
/// the low to the high index, in double: the result at a voxel is the same in every block, bit for bit.
/// `map` says for every position of the output and its margins where in `source` its voxel is. Calls
/// `sink(z, y, const double* row)` once for every row of `wanted`, from several threads. Local.
/// Cost: 3 weights.size() multiplications per voxel. Peak: one plane of doubles per thread.
template <class T, class Sink>
void smooth_rows(view3<const T> source, const window_map& map, const extent3& wanted, std::span<const double> weights,
                 const Sink& sink) {
    const index_t columns = source.extent().x;
    const index_t plane = source.extent().y * columns;
    const auto wide = static_cast<index_t>(map.x.size());
    array3<double> space({1, omp_get_max_threads(), plane + columns + wide + wanted.x});
#pragma omp parallel
    {
        double* base = &space(0, omp_get_thread_num(), 0);
        const smooth_buffers buffers{base, base + plane, base + plane + columns, base + plane + columns + wide};
#pragma omp for schedule(static)
        for (index_t z = 0; z < wanted.z; ++z) {
            smooth_along_z(source, map, z, weights, buffers.plane);
            for (index_t y = 0; y < wanted.y; ++y) {
                smooth_along_yx(buffers, columns, map, y, wanted.x, weights);
                sink(z, y, static_cast<const double*>(buffers.row));
            }
        }
    }
}

}  // namespace tomosweep
