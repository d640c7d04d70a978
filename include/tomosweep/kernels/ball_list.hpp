#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/index.hpp"
#include "tomosweep/kernels/ball_part.hpp"
#include "tomosweep/kernels/seven_bits.hpp"

namespace tomosweep {

/// The voxels q with |q - centre|^2 < radius_sq, and the part of them that has to be painted. Position in the whole
/// volume; 20 bytes, sent between ranks as they are.
struct ball {
    std::int32_t z = 0;
    std::int32_t y = 0;
    std::int32_t x = 0;
    distance_sq_t radius_sq = 0;
    std::uint32_t part = 0;  ///< a part_code

    friend bool operator==(const ball&, const ball&) = default;
};

/// Balls whose centres lie in one layer of a box, in raster order. Each takes two to five bytes: the number of voxels
/// from the centre before, the squared radius and, from least_parted_sq on, the part, as seven_bits.
class layer_balls {
public:
    /// `voxel` is y * extent.x + x in the layer, above that of the ball before.
    void add(index_t voxel, distance_sq_t radius_sq, part_code part = 0) {
        seven_bits::append(bytes_, static_cast<std::uint64_t>(voxel - last_));
        seven_bits::append(bytes_, radius_sq);
        if (radius_sq >= least_parted_sq)
            seven_bits::append(bytes_, part);
        last_ = voxel;
        largest_sq_ = std::max(largest_sq_, radius_sq);
    }
    void clear() {
        bytes_.clear();
        last_ = 0;
        largest_sq_ = 0;
    }
    bool empty() const { return bytes_.empty(); }
    /// Squared radius of the largest ball; 0 without balls.
    distance_sq_t largest_sq() const { return largest_sq_; }

    /// Calls visit(y, x, radius_sq, part), relative to the layer, whose rows have `row` voxels.
    template <class Visit>
    void for_each(index_t row, Visit&& visit) const {
        index_t y = 0, x = 0;
        for (const std::uint8_t* next = bytes_.data(); next != bytes_.data() + bytes_.size();) {
            const entry one = take(next);
            for (x += one.step; x >= row; x -= row)
                ++y;
            visit(y, x, one.radius_sq, one.part);
        }
    }

    /// The balls that `known` does not have, or has with another radius.
    layer_balls without(const layer_balls& known) const;

private:
    struct entry {
        index_t step = 0;  ///< voxels from the centre before
        distance_sq_t radius_sq = 0;
        part_code part = 0;
    };
    static entry take(const std::uint8_t*& next) {
        entry one;
        one.step = static_cast<index_t>(seven_bits::take(next));
        one.radius_sq = static_cast<distance_sq_t>(seven_bits::take(next));
        one.part = static_cast<part_code>(one.radius_sq < least_parted_sq ? 0 : seven_bits::take(next));
        return one;
    }

    std::vector<std::uint8_t> bytes_;
    index_t last_ = 0;
    distance_sq_t largest_sq_ = 0;
};

/// The balls of a block, layer by layer.
class ball_list {
public:
    ball_list() = default;
    explicit ball_list(const box3& box) : box_(box), layers_(static_cast<std::size_t>(box.extent().z)) {}

    /// Balls with centres in layer `z` of the whole volume.
    layer_balls& layer(index_t z) { return layers_[static_cast<std::size_t>(z - box_.lo.z)]; }

    /// Squared radius of the largest ball of all layers; 0 without balls.
    distance_sq_t largest_sq() const {
        distance_sq_t largest = 0;
        for (const layer_balls& each : layers_)
            largest = std::max(largest, each.largest_sq());
        return largest;
    }

    /// Calls visit(ball) in raster order for all balls with centres in the layers [z_lo, z_hi) of the whole volume.
    template <class Visit>
    void for_each(index_t z_lo, index_t z_hi, Visit&& visit) const {
        const index_t end = std::min(z_hi, box_.lo.z + static_cast<index_t>(layers_.size()));
        for (index_t z = std::max(z_lo, box_.lo.z); z < end; ++z)
            layers_[static_cast<std::size_t>(z - box_.lo.z)].for_each(
                box_.extent().x, [&](index_t y, index_t x, distance_sq_t radius_sq, part_code part) {
                    visit(ball{static_cast<std::int32_t>(z), static_cast<std::int32_t>(box_.lo.y + y),
                               static_cast<std::int32_t>(box_.lo.x + x), radius_sq, part});
                });
    }
    template <class Visit>
    void for_each(Visit&& visit) const {
        for_each(box_.lo.z, box_.hi.z, std::forward<Visit>(visit));
    }
    /// The balls that `known`, a list of the same box, does not have, or has with another radius. By all threads.
    ball_list without(const ball_list& known) const;
    std::vector<ball> unpacked() const {
        std::vector<ball> balls;
        for_each([&](const ball& one) { balls.push_back(one); });
        return balls;
    }

private:
    box3 box_;
    std::vector<layer_balls> layers_;
};

}  // namespace tomosweep
