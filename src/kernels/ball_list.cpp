#include "tomosweep/kernels/ball_list.hpp"

#include "tomosweep/core/error.hpp"

namespace tomosweep {

layer_balls layer_balls::without(const layer_balls& known) const {
    layer_balls left;
    const std::uint8_t *next = bytes_.data(), *next_known = known.bytes_.data();
    const std::uint8_t *const end = next + bytes_.size(), *const end_known = next_known + known.bytes_.size();
    index_t voxel = 0, voxel_known = 0;
    entry last_known;  // of radius 0 until there is one
    while (next != end) {
        const entry one = take(next);
        voxel += one.step;
        while (next_known != end_known && (voxel_known < voxel || last_known.radius_sq == 0)) {
            last_known = take(next_known);
            voxel_known += last_known.step;
        }
        if (voxel_known != voxel || last_known.radius_sq != one.radius_sq)
            left.add(voxel, one.radius_sq, one.part);
    }
    return left;
}

ball_list ball_list::without(const ball_list& known) const {
    require(layers_.size() == known.layers_.size(), "two lists of balls are of the same box");
    ball_list left(box_);
#pragma omp parallel for schedule(dynamic)
    for (std::size_t z = 0; z < layers_.size(); ++z)
        left.layers_[z] = layers_[z].without(known.layers_[z]);
    return left;
}

}  // namespace tomosweep
