#include "tomosweep/campaign/traffic_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "tomosweep/grid/domain.hpp"
#include "tomosweep/grid/joining_order.hpp"

namespace tomosweep {
namespace {

// Sizes of what travels, as the operations send them.
constexpr double reduced_bytes = 8;  // one value of an agreement
constexpr double wish_bytes = 48;    // a box that a rank wants
constexpr double class_bytes = 1;    // a voxel's class
constexpr double short_distance = 2, long_distance = 4;
constexpr double span_bytes = 16;  // first and last background of a row
constexpr double ball_bytes = 20, entry_bytes = 16;
constexpr double node_bytes = 16, face_entry_bytes = 4, tree_header_bytes = 176;
constexpr double neighbourhood_counts = 16;  // of a phase, without its depth bins
constexpr double curve_counts = 3;
constexpr double voxels_per_slab = 2097152, distance_slab_voxels = 1048576;
constexpr double longest_short_distance = 255;

double count_of(const extent3& extent) {
    return static_cast<double>(voxel_count(extent));
}

/// Voxels of the faces of a box beyond which the volume goes on.
double open_face_voxels(const box3& box, const extent3& volume) {
    const extent3 extent = box.extent();
    double voxels = 0;
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        const double face = count_of(extent) / static_cast<double>(std::max<index_t>(along(extent, direction), 1));
        voxels += along(box.lo, direction) > 0 ? face : 0;
        voxels += along(box.hi, direction) < along(volume, direction) ? face : 0;
    }
    return voxels;
}

class prediction {
public:
    prediction(const extent3& volume, const extent3& ranks_per_axis, const workload& work, const phase_texture& texture)
        : blocks_(volume, ranks_per_axis),
          work_(work),
          texture_(texture),
          ranks_(blocks_.ranks()),
          others_(ranks_ - 1.0),
          thresholds_(static_cast<double>(work.thresholds)),
          chains_(static_cast<double>(work.chains)) {
        for (int rank = 0; rank < blocks_.ranks(); ++rank)
            largest_block_ = std::max(largest_block_, static_cast<double>(blocks_.box(rank).voxels()));
    }

    scan_traffic run(dtype type) {
        if (blocks_.ranks() == 1)
            return {};
        statistics(type);
        const double phases = thresholds_ / chains_;
        pass(scan_step::tables, phases, chains_);
        if (work_.width) {
            distances();
            centres();
            balls();
            thickness();
            if (work_.limits > 0)
                pass(scan_step::limits, static_cast<double>(work_.limits), thresholds_);
        }
        return traffic_;
    }

private:
    step_traffic& of(scan_step what) { return traffic_.steps[static_cast<std::size_t>(what)]; }

    /// Every rank sends and receives so much.
    void everywhere(scan_step what, double sent, double received) {
        of(what).total_bytes += ranks_ * sent;
        of(what).most_bytes_sent += sent;
        of(what).most_bytes_received += received;
    }

    void reductions(scan_step what, double count, double values = 1) {
        traffic_.reductions += count;
        everywhere(what, reduced_bytes * count * values, reduced_bytes * count * values);
    }

    /// Every rank names a box that it wants; an agreement follows.
    void wishes(scan_step what, double count) {
        everywhere(what, wish_bytes * count, wish_bytes * count * others_);
        reductions(what, count);
    }

    void sizes(scan_step what, double count) {
        traffic_.all_to_alls += count;
        everywhere(what, reduced_bytes * count * others_, reduced_bytes * count * others_);
    }

    /// Adds what `bytes_of(box)` says that each rank sends; what it receives is much the same.
    template <class Bytes>
    void by_rank(scan_step what, const Bytes& bytes_of) {
        double total = 0, most = 0;
        for (int rank = 0; rank < blocks_.ranks(); ++rank) {
            const double bytes = bytes_of(rank, blocks_.box(rank));
            total += bytes;
            most = std::max(most, bytes);
        }
        of(what).total_bytes += total;
        of(what).most_bytes_sent += most;
        of(what).most_bytes_received += most;
    }

    void statistics(dtype type) {
        const double bins = type == dtype::uint8 ? 256 : 65536;
        reductions(scan_step::statistics, 1);
        reductions(scan_step::statistics, 1, bins);
        reductions(scan_step::statistics, 1, static_cast<double>(work_.depth_bins));
    }

    /// `times` passes over a class volume of `phases` phases.
    void pass(scan_step what, double phases, double times) {
        const double slabs = std::ceil(largest_block_ / voxels_per_slab);
        by_rank(what, [&](int, const box3& box) {
            const box3 around = grown(box, {1, 1, 1}, whole(blocks_.volume()));
            return times * class_bytes * static_cast<double>(around.voxels() - box.voxels());
        });
        wishes(what, times * slabs);
        reductions(what, times * (slabs + 2));
        reductions(what, times, phases * (neighbourhood_counts + static_cast<double>(work_.depth_bins)));
        joins(phases, times);
    }

    double tree_bytes(double face_voxels, double phases) const {
        return tree_header_bytes + face_voxels * (face_entry_bytes + node_bytes * texture_.tree_nodes * phases);
    }

    /// The trees of all kinds of neighbours are joined at the same time, every other one from the far end of the grid.
    void joins(double phases, double times) {
        std::vector<joining_order> orders;
        for (int tree = 0; tree < work_.connectivities; ++tree)
            orders.emplace_back(blocks_,
                                tree % 2 == 0 ? joining_order::keeper::lowest : joining_order::keeper::highest);
        std::vector<double> sent(static_cast<std::size_t>(ranks_)), received(sent.size());
        const int rounds = orders.empty() ? 0 : orders.front().rounds();
        for (int round = 0; round < rounds; ++round) {
            traffic_.joined_face_voxels += times * join_round(orders, round, phases, sent, received);
            reductions(scan_step::joins, 2 * times);
        }
        of(scan_step::joins).total_bytes += times * std::accumulate(sent.begin(), sent.end(), 0.0);
        of(scan_step::joins).most_bytes_sent += times * *std::ranges::max_element(sent);
        of(scan_step::joins).most_bytes_received += times * *std::ranges::max_element(received);
        reductions(scan_step::joins, times * static_cast<double>(orders.size()), curve_counts * phases);
    }

    /// Most open face voxels that one rank works on in this round.
    double join_round(const std::vector<joining_order>& orders, int round, double phases, std::vector<double>& sent,
                      std::vector<double>& received) {
        double most = 0;
        for (int rank = 0; rank < blocks_.ranks(); ++rank) {
            double joined = 0;
            for (const joining_order& order : orders) {
                const joining_role role = order.role(round, rank);
                if (role.what != joining_role::action::receive)
                    continue;
                const double own = open_face_voxels(order.held(round, rank), blocks_.volume());
                const double theirs = open_face_voxels(order.held(round, role.partner), blocks_.volume());
                sent[static_cast<std::size_t>(role.partner)] += tree_bytes(theirs, phases);
                received[static_cast<std::size_t>(rank)] += tree_bytes(theirs, phases);
                traffic_.largest_join_voxels = std::max(traffic_.largest_join_voxels, own + theirs);
                joined += own + theirs;
            }
            most = std::max(most, joined);
        }
        return most;
    }

    bool cut(axis direction) const { return along(blocks_.ranks_per_axis(), direction) > 1; }

    void distances() {
        const bool far = texture_.distance_layers > longest_short_distance;
        const double value = far ? short_distance + long_distance : short_distance;
        by_rank(scan_step::distance, [&](int, const box3& box) {
            const extent3 extent = box.extent();
            const auto rows = static_cast<double>(extent.z * extent.y);
            double bytes = span_bytes * rows * static_cast<double>(blocks_.ranks_per_axis().x - 1);
            for (const axis direction : {axis::y, axis::z})
                bytes += value * fetched_voxels(box, direction);
            return thresholds_ * bytes;
        });
        const double slabs = std::ceil(largest_block_ / distance_slab_voxels);
        const double axes = (cut(axis::y) ? 1.0 : 0.0) + (cut(axis::z) ? 1.0 : 0.0);
        const double rounds = texture_.distance_layers > first_reach ? 2 : 1;
        wishes(scan_step::distance, thresholds_ * axes * slabs * rounds);
        reductions(scan_step::distance, thresholds_ * (5 + axes * slabs * (2 + 2 * rounds)));
    }

    double fetched_voxels(const box3& box, axis direction) const {
        if (!cut(direction) || box.empty())
            return 0;
        const double face = count_of(box.extent()) / static_cast<double>(along(box.extent(), direction));
        const auto layers = [&](index_t available) {
            return std::min(texture_.distance_layers, static_cast<double>(available));
        };
        return face * (layers(along(box.lo, direction)) +
                       layers(along(blocks_.volume(), direction) - along(box.hi, direction)));
    }

    void centres() {
        by_rank(scan_step::centres, [&](int, const box3& box) {
            const box3 around = grown(box, {1, 1, 1}, whole(blocks_.volume()));
            return thresholds_ * short_distance * static_cast<double>(around.voxels() - box.voxels());
        });
        constexpr double sides = 6;
        wishes(scan_step::centres, sides * thresholds_);
        reductions(scan_step::centres, thresholds_);
    }

    void balls() {
        by_rank(scan_step::balls, [&](int, const box3& box) {
            return thresholds_ * ball_bytes * texture_.balls * open_face_voxels(box, blocks_.volume());
        });
        sizes(scan_step::balls, thresholds_);
        reductions(scan_step::balls, 2 * thresholds_);
    }

    /// Tables travel up a tree of ranks; a rank's table knows the depth bins that its blocks meet.
    void thickness() {
        const double entries = texture_.radii * static_cast<double>(work_.depth_bins);
        const double whole_table = entries * entry_bytes;
        const double own_bins = 1.0 / static_cast<double>(blocks_.ranks_per_axis().z);
        by_rank(scan_step::thickness, [&](int rank, const box3&) {
            if (rank == 0)
                return thresholds_ * whole_table;
            const double covered = static_cast<double>(rank & -rank) / ranks_;
            return thresholds_ * whole_table * std::min(1.0, std::max(own_bins, covered));
        });
        // Rank 0 receives one table per round; all others receive the whole one.
        of(scan_step::thickness).most_bytes_received =
            thresholds_ * whole_table * (1 + own_bins * std::log2(static_cast<double>(ranks_)));
        reductions(scan_step::thickness, thresholds_);
    }

    static constexpr double first_reach = 64;

    decomposition blocks_;
    workload work_;
    phase_texture texture_;
    double ranks_, others_, thresholds_, chains_;
    double largest_block_ = 0;
    scan_traffic traffic_;
};

}  // namespace

double scan_traffic::total_bytes() const {
    double bytes = 0;
    for (const step_traffic& step : steps)
        bytes += step.total_bytes;
    return bytes;
}

double scan_traffic::most_bytes_sent() const {
    double bytes = 0;
    for (const step_traffic& step : steps)
        bytes += step.most_bytes_sent;
    return bytes;
}

scan_traffic predict_traffic(const extent3& volume, const extent3& ranks_per_axis, dtype type, const workload& work,
                             const phase_texture& texture) {
    return prediction(volume, ranks_per_axis, work, texture).run(type);
}

}  // namespace tomosweep
