#include "tomosweep/descriptors/change_figures.hpp"

#include <functional>
#include <string>

#include <fmt/format.h>

#include "tomosweep/core/unknown.hpp"
#include "tomosweep/descriptors/plane.hpp"
#include "tomosweep/descriptors/width.hpp"

namespace tomosweep {
namespace {

using numbers = std::vector<double>;
using integers = std::vector<std::int64_t>;

class figure_list {
public:
    figure_list(const std::vector<change_counts>& counts, const change_axes& axes) : counts_(counts), axes_(axes) {}

    using per_point = std::function<double(const change_counts&)>;
    using count_per_point = std::function<std::int64_t(const change_counts&)>;
    using per_cluster = std::function<double(const followed_cluster&, const change_counts&)>;
    using count_per_cluster = std::function<std::int64_t(const followed_cluster&)>;

    void count(const std::string& name, const std::string& meaning, const count_per_point& value) {
        integers values;
        for (const change_counts& each : counts_)
            values.push_back(value(each));
        add(name, {"pair", "threshold", "resolution_limit"}, std::move(values), "1", meaning);
    }

    void number(const std::string& name, const char* unit, const std::string& meaning, const per_point& value) {
        numbers values;
        for (const change_counts& each : counts_)
            values.push_back(value(each));
        add(name, {"pair", "threshold", "resolution_limit"}, std::move(values), unit, meaning);
    }

    void cluster_count(const std::string& name, const std::string& meaning, const count_per_cluster& value) {
        integers values;
        for (const change_counts& each : counts_)
            for (const followed_cluster& cluster : each.clusters)
                values.push_back(value(cluster));
        add(name, {"pair", "threshold", "resolution_limit", "connectivity"}, std::move(values), "1", meaning);
    }

    void cluster_number(const std::string& name, const char* unit, const std::string& meaning,
                        const per_cluster& value) {
        numbers values;
        for (const change_counts& each : counts_)
            for (const followed_cluster& cluster : each.clusters)
                values.push_back(value(cluster, each));
        add(name, {"pair", "threshold", "resolution_limit", "connectivity"}, std::move(values), unit, meaning);
    }

    /// Figures of the largest cluster of what was opened, or of what was closed.
    void changed_cluster(const std::string& what, cluster_counts followed_cluster::*cluster) {
        const std::string largest = "largest component of what was " + what;
        const std::string prefix = what + "_largest_";
        const double edge = axes_.voxel_size_um;
        const auto plane = [&](const followed_cluster& each) {
            return plane_of(each.*cluster, axes_.volume, axes_.depth);
        };
        cluster_count(prefix + "voxels", "voxels of the " + largest,
                      [&](const followed_cluster& each) { return (each.*cluster).voxels; });
        cluster_number(prefix + "volume_um3", "um^3", "volume of the " + largest,
                       [&](const followed_cluster& each, const change_counts&) {
                           return static_cast<double>((each.*cluster).voxels) * edge * edge * edge;
                       });
        cluster_number(prefix + "mean_width_um", "um", "mean local thickness of the " + largest,
                       [&](const followed_cluster& each, const change_counts&) {
                           return width_of((each.*cluster).thickness, 1).mean * edge;
                       });
        cluster_number(prefix + "plane_spread_um", "um", "standard deviation across the plane of the " + largest,
                       [&](const followed_cluster& each, const change_counts&) { return plane(each).spread * edge; });
        cluster_number(prefix + "dip_deg", "degree", "angle between that plane and the layers of the depth axis",
                       [&](const followed_cluster& each, const change_counts&) { return plane(each).dip_deg; });
        vector(prefix + "centre_um", "um", "centre of the " + largest + ", from the corner of the first scan",
               [&](const followed_cluster& each, std::size_t i) {
                   return axes_.corner_um[i] + plane(each).centre[i] * edge;
               });
        vector(prefix + "normal", "1", "unit vector across the plane of the " + largest,
               [&](const followed_cluster& each, std::size_t i) { return plane(each).normal[i]; });
    }

    std::vector<variable> take() { return std::move(variables_); }

private:
    void vector(const std::string& name, const char* unit, const std::string& meaning,
                const std::function<double(const followed_cluster&, std::size_t)>& value) {
        numbers values;
        for (const change_counts& each : counts_)
            for (const followed_cluster& cluster : each.clusters)
                for (std::size_t i = 0; i < 3; ++i)
                    values.push_back(value(cluster, i));
        add(name, {"pair", "threshold", "resolution_limit", "connectivity", "axis"}, std::move(values), unit, meaning);
    }

    void add(const std::string& name, std::vector<std::string> dimensions, variable_values values, const char* unit,
             const std::string& meaning) {
        variables_.push_back({name, std::move(dimensions), std::move(values), unit, meaning, {}});
    }

    const std::vector<change_counts>& counts_;
    const change_axes& axes_;
    std::vector<variable> variables_;
};

void add_integers(figure_list& figures) {
    figures.count("common_voxels", "voxels that lie in the regions of both states",
                  [](const change_counts& c) { return c.common; });
    figures.count("from_voxels", "phase voxels of the first state, of these",
                  [](const change_counts& c) { return c.from; });
    figures.count("to_voxels", "phase voxels of the second state", [](const change_counts& c) { return c.to; });
    figures.count("kept_voxels", "phase in both states", [](const change_counts& c) { return c.kept; });
    figures.count("opened_voxels", "phase in the second state only", [](const change_counts& c) { return c.opened(); });
    figures.count("closed_voxels", "phase in the first state only", [](const change_counts& c) { return c.closed(); });
}

void add_shares(figure_list& figures, double voxel_um3) {
    struct part {
        const char* name;
        std::int64_t (*voxels)(const change_counts&);
    };
    for (const part& each : {part{"kept", [](const change_counts& c) { return c.kept; }},
                             part{"opened", [](const change_counts& c) { return c.opened(); }},
                             part{"closed", [](const change_counts& c) { return c.closed(); }}}) {
        const auto voxels = each.voxels;
        figures.number(fmt::format("{}_volume_um3", each.name), "um^3", fmt::format("volume that was {}", each.name),
                       [=](const change_counts& c) { return static_cast<double>(voxels(c)) * voxel_um3; });
        figures.number(fmt::format("{}_fraction", each.name), "1",
                       fmt::format("what was {} over the common region", each.name),
                       [=](const change_counts& c) { return ratio(voxels(c), c.common); });
        figures.number(fmt::format("{}_share_of_union", each.name), "1",
                       fmt::format("what was {} over the phase of either state", each.name),
                       [=](const change_counts& c) { return ratio(voxels(c), c.from + c.to - c.kept); });
    }
    figures.number("jaccard", "1", "phase of both states over the phase of either",
                   [](const change_counts& c) { return ratio(c.kept, c.from + c.to - c.kept); });
    figures.number("dice", "1", "twice the phase of both states over the sum of their phases",
                   [](const change_counts& c) { return ratio(2 * c.kept, c.from + c.to); });
}

void add_identity(figure_list& figures) {
    using cluster = followed_cluster;
    figures.cluster_count("from_largest_voxels", "largest component of the first state",
                          [](const cluster& c) { return c.from_largest; });
    figures.cluster_count("to_largest_voxels", "largest component of the second state",
                          [](const cluster& c) { return c.to_largest; });
    figures.cluster_count("largest_shared_voxels", "voxels of both largest components",
                          [](const cluster& c) { return c.shared; });
    figures.cluster_number("from_largest_share", "1",
                           "share of the first state's largest component that lies in the second's",
                           [](const cluster& c, const change_counts&) { return ratio(c.shared, c.from_largest); });
    figures.cluster_number("to_largest_share", "1",
                           "share of the second state's largest component that lies in the first's",
                           [](const cluster& c, const change_counts&) { return ratio(c.shared, c.to_largest); });
    figures.cluster_count("successor_voxels",
                          "component of the second state that shares most with the first's largest one",
                          [](const cluster& c) { return c.successor; });
    figures.cluster_count("successor_shared_voxels", "what it shares with it",
                          [](const cluster& c) { return c.successor_shared; });
    figures.cluster_count("largest_is_same", "1 where that component is the second state's largest one",
                          [](const cluster& c) { return c.same; });
}

}  // namespace

std::vector<variable> change_figures(const std::vector<change_counts>& counts, const change_axes& axes) {
    const double edge = axes.voxel_size_um;
    figure_list figures(counts, axes);
    add_integers(figures);
    add_shares(figures, edge * edge * edge);
    add_identity(figures);
    figures.changed_cluster("opened", &followed_cluster::opened);
    figures.changed_cluster("closed", &followed_cluster::closed);
    return figures.take();
}

}  // namespace tomosweep
