#include "tomosweep/campaign/grey_scale.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tomosweep/campaign/grey_histograms.hpp"
#include "tomosweep/campaign/shard.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/descriptors/otsu.hpp"
#include "tomosweep/descriptors/quantile.hpp"

namespace tomosweep {
namespace {

grey_anchors anchors_of(const normalise_spec& normalise, const std::vector<grey_histogram>& histograms) {
    if (normalise.by == anchor_method::materials)
        return {quantile(histograms.at(0), 0.5), quantile(histograms.at(1), 0.5)};
    const auto [dark, bright] = class_medians(histograms.at(0));
    return {dark, bright};
}

/// Runs `step` on rank 0 for the scan, and notes what the user got wrong as the scan's failure on every rank.
template <class Step>
void for_scan(const communicator& world, planned_scan& scan, Step&& step) {
    agreed(world, [&] {
        if (!world.root() || !scan.failure.empty())
            return;
        try {
            step();
        } catch (const input_error& wrong) {
            scan.failure = wrong.what();
        }
    });
    world.broadcast(scan.failure);
}

void broadcast(const communicator& world, std::optional<grey_anchors>& greys) {
    std::vector<grey_anchors> known;
    if (greys)
        known.push_back(*greys);
    world.broadcast(known);
    greys = known.empty() ? std::nullopt : std::optional(known.front());
}

/// Anchors of all scans that are normalised.
void find_anchors(const communicator& world, const campaign_layout& layout, campaign_plan& plan,
                  const std::string& directory) {
    std::vector<histogram_request> requests;
    for (std::size_t scan = 0; scan < plan.scans.size(); ++scan) {
        if (!plan.scans[scan].failure.empty() || !plan.job.scans[scan].grey.normalise)
            continue;
        const scan_frame& frame = plan.scans[scan].frame;
        int part = 0;
        for (scan_spec& spec : anchor_parts(plan.job.scans[scan]))
            requests.push_back({scan, fmt::format("{}", part++), spec,
                                frame_of(spec, frame.source_extent, frame.type, plan.job.file)});
    }
    if (requests.empty())
        return;
    const auto histograms = take_histograms(world, layout, plan, requests, directory, "anchors.h5");
    for (std::size_t i = 0; i < requests.size();) {
        const std::size_t scan = requests[i].scan;
        std::vector<grey_histogram> own;
        for (; i < requests.size() && requests[i].scan == scan; ++i)
            own.push_back(histograms[i]);
        normalise_spec& normalise = *plan.job.scans[scan].grey.normalise;
        for_scan(world, plan.scans[scan], [&] {
            normalise.found = anchors_of(normalise, own);
            if (!(normalise.found->dark < normalise.found->bright))
                throw input_error(plan.job.file, fmt::format("scan {}: preprocess.normalise", plan.job.scans[scan].id),
                                  fmt::format("dark material of grey {} and bright material of grey {}",
                                              normalise.found->dark, normalise.found->bright),
                                  "boxes in two materials, the first one darker than the second");
        });
        broadcast(world, normalise.found);
    }
}

void find_lines(campaign_plan& plan) {
    for (std::size_t scan = 0; scan < plan.scans.size(); ++scan) {
        auto& normalise = plan.job.scans[scan].grey.normalise;
        if (!plan.scans[scan].failure.empty() || !normalise)
            continue;
        std::optional<grey_anchors> wanted = normalise->greys;
        if (!normalise->reference.empty()) {
            const auto at = std::ranges::find(plan.job.scans, normalise->reference, &scan_spec::id);
            wanted = at->grey.normalise->found;
            if (!wanted) {
                plan.scans[scan].failure =
                    fmt::format("{}: scan {}: preprocess.normalise: the reference {} could not be analysed",
                                plan.job.file, plan.job.scans[scan].id, normalise->reference);
                continue;
            }
        }
        const double gain = (wanted->bright - wanted->dark) / (normalise->found->bright - normalise->found->dark);
        normalise->line = grey_line{gain, wanted->dark - gain * normalise->found->dark};
    }
}

bool pools_percentiles(const scan_spec& scan, rule_scope scope) {
    return scan.grey.window && scan.grey.window->percentiles && scan.grey.window->scope == scope;
}

void find_ranges(const communicator& world, const campaign_layout& layout, campaign_plan& plan,
                 const std::string& directory) {
    std::vector<histogram_request> requests;
    for (std::size_t scan = 0; scan < plan.scans.size(); ++scan)
        if (plan.scans[scan].failure.empty() && (pools_percentiles(plan.job.scans[scan], rule_scope::sample) ||
                                                 pools_percentiles(plan.job.scans[scan], rule_scope::campaign))) {
            const scan_spec spec = before_window(plan.job.scans[scan]);
            const scan_frame& frame = plan.scans[scan].frame;
            requests.push_back({scan, "", spec, frame_of(spec, frame.source_extent, frame.type, plan.job.file)});
        }
    if (requests.empty())
        return;
    const auto histograms = take_histograms(world, layout, plan, requests, directory, "windows.h5");
    for (const rule_scope scope : {rule_scope::sample, rule_scope::campaign})
        for (const auto& [name, scans] :
             pools_of(plan, scope, [&](std::size_t scan) { return pools_percentiles(plan.job.scans[scan], scope); })) {
            grey_histogram sum;
            if (world.root()) {
                std::vector<grey_histogram> members;
                for (std::size_t i = 0; i < requests.size(); ++i)
                    if (std::ranges::find(scans, requests[i].scan) != scans.end())
                        members.push_back(histograms[i]);
                sum = pooled(members);
            }
            for (const std::size_t scan : scans) {
                grey_window_spec& window = *plan.job.scans[scan].grey.window;
                for_scan(world, plan.scans[scan],
                         [&] { window.range = percentile_range(sum, *window.percentiles, plan.job.scans[scan].id); });
                broadcast(world, window.range);
            }
        }
}

}  // namespace

void settle_greys(const communicator& world, const campaign_layout& layout, campaign_plan& plan,
                  const std::string& directory) {
    find_anchors(world, layout, plan, directory);
    find_lines(plan);
    find_ranges(world, layout, plan, directory);
}

grey_anchors percentile_range(const grey_histogram& histogram, const std::array<double, 2>& percentiles,
                              const std::string& scan) {
    const grey_anchors range{quantile(histogram, percentiles[0] / 100), quantile(histogram, percentiles[1] / 100)};
    if (!(range.dark < range.bright))
        throw input_error(
            "scan " + scan, "preprocess.grey_window.percentiles",
            fmt::format("percentiles {} and {} at the same grey level, {}", percentiles[0], percentiles[1], range.dark),
            "percentiles farther apart, or a range in grey levels");
    return range;
}

std::vector<scan_spec> anchor_parts(const scan_spec& scan) {
    std::vector<scan_spec> parts;
    const normalise_spec& normalise = *scan.grey.normalise;
    const auto add = [&](const box_region& box) {
        scan_spec part = scan;
        part.region = {box, {}, {}};
        part.preprocess = {};
        part.grey = {scan.grey.rings, {}, {}};
        parts.push_back(std::move(part));
    };
    if (normalise.by == anchor_method::histogram)
        add(normalise.box);
    else
        for (const box_region& material : normalise.materials)
            add(material);
    return parts;
}

scan_spec before_window(const scan_spec& scan) {
    scan_spec part = scan;
    part.preprocess = {};
    part.grey.window.reset();
    return part;
}

std::vector<attribute> grey_provenance(const grey_spec& grey, const std::optional<grey_window>& window,
                                       const clip_counts& clipped) {
    std::vector<attribute> told;
    const auto share = [&](std::int64_t voxels) {
        return clipped.voxels > 0 ? static_cast<double>(voxels) / static_cast<double>(clipped.voxels) : 0.0;
    };
    if (grey.normalise && grey.normalise->line) {
        if (grey.normalise->found) {
            told.push_back({"normalise_dark", grey.normalise->found->dark});
            told.push_back({"normalise_bright", grey.normalise->found->bright});
        }
        told.push_back({"normalise_gain", grey.normalise->line->gain});
        told.push_back({"normalise_offset", grey.normalise->line->offset});
    }
    if (window) {
        told.push_back({"grey_window_low", window->low});
        told.push_back({"grey_window_high", window->high});
        told.push_back({"grey_window_bits", std::int64_t{window->bits}});
    }
    if (!tone_of(grey).changes_nothing() || window) {
        told.push_back({clipped_below_attribute, share(clipped.below)});
        told.push_back({clipped_above_attribute, share(clipped.above)});
    }
    return told;
}

}  // namespace tomosweep
