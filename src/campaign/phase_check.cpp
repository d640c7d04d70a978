#include "phase_check.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include <fmt/format.h>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

class phase_check {
public:
    phase_check(const phase_spec& phase, const job_spec& job, const sweep_spec& sweep,
                const std::vector<scan_facts>& scans)
        : phase_(phase), job_(job), sweep_(sweep), scans_(scans) {}

    std::vector<problem> run() {
        check_place();
        if (const auto* absolute = std::get_if<absolute_thresholds>(&threshold_of(phase_)))
            check_absolute(*absolute);
        else
            check_ruled(std::get<ruled_thresholds>(threshold_of(phase_)));
        return std::move(problems_);
    }

private:
    void report(const std::string& found, const std::string& accepted) {
        const bool own = phase_.threshold || sweep_.file.empty();
        problems_.push_back({own ? job_.file : sweep_.file, own ? phase_.line : sweep_.threshold_line,
                             own ? fmt::format("phase {}", phase_.name) : "threshold",
                             fmt::format("{}, for phase {}", found, phase_.name), accepted});
    }

    const threshold_spec& threshold_of(const phase_spec& phase) const {
        return phase.threshold ? *phase.threshold : sweep_.threshold;
    }

    /// A phase in a part of the region, or inside another one.
    void check_place() {
        if (!has_own_region(phase_))
            return;
        if (const auto around = std::ranges::find(job_.phases, phase_.inside, &phase_spec::name);
            around != job_.phases.end() && threshold_coordinate(threshold_of(*around)).size() != 1)
            report(fmt::format("inside {}, which has {} thresholds", around->name,
                               threshold_coordinate(threshold_of(*around)).size()),
                   "one threshold for the phase around it, as `threshold: {values: [120]}` there");
        for (const scan_facts& each : scans_) {
            scan_spec part = *each.scan;
            part.preprocess = {};
            part.region = phase_.region.value_or(region_spec{});
            try {
                const box3 box = frame_of(part, each.extent, each.type, job_.file).region;
                if (part.region.cylinder && !meets(*part.region.cylinder, box))
                    report(fmt::format("a cylinder outside scan {}", each.scan->id),
                           "a cylinder with voxels of the scan");
            } catch (const input_error& wrong) {
                report(fmt::format("region {} in scan {}", wrong.found(), each.scan->id), wrong.accepted());
            }
        }
    }

    void check_absolute(const absolute_thresholds& thresholds) {
        const bool pairs = !thresholds.low.empty();
        if (phase_.where == phase_side::between && !pairs)
            report("single grey levels", "pairs for a `between` phase: {values: [[40, 80], [40, 90]]}");
        if (phase_.where != phase_side::between && pairs)
            report("pairs of grey levels", "single grey levels: only `where: between` takes pairs");
        for (const scan_facts& each : scans_) {
            const grey_limits range = limits_of(each.type);
            for (const auto* side : {&thresholds.low, &thresholds.high})
                for (const double grey : *side)
                    if (grey < range.low || grey > range.high)
                        report(fmt::format("grey level {} in scan {} of {}", grey, each.scan->id, name_of(each.type)),
                               fmt::format("grey levels from {} to {}", range.low, range.high));
        }
    }

    void check_ruled(const ruled_thresholds& ruled) {
        if (phase_.where == phase_side::between &&
            (ruled.rule == threshold_rule::otsu || ruled.take + 1 > ruled.classes - 1))
            report("a rule with one threshold",
                   "two thresholds for a `between` phase: {rule: multi-otsu, classes: 3, take: 1} or pairs of values");
        if (ruled.scope == rule_scope::scan)
            return;
        std::map<std::string, const scan_facts*> first_of_pool;
        for (const scan_facts& each : scans_) {
            const bool by_sample = ruled.scope == rule_scope::sample;
            if (by_sample && each.scan->sample.empty()) {
                report(fmt::format("`scope: sample` and scan {} without `sample:`", each.scan->id),
                       "a sample for every scan, or another scope");
                continue;
            }
            const auto [first, fresh] = first_of_pool.emplace(by_sample ? each.scan->sample : "", &each);
            if (!fresh && first->second->type != each.type)
                report(fmt::format("a threshold pooled over scans of {} ({}) and {} ({})", name_of(first->second->type),
                                   first->second->scan->id, name_of(each.type), each.scan->id),
                       "one number format within a pool, or `scope: scan`");
        }
    }

    const phase_spec& phase_;
    const job_spec& job_;
    const sweep_spec& sweep_;
    const std::vector<scan_facts>& scans_;
    std::vector<problem> problems_;
};

}  // namespace

grey_limits limits_of(dtype type) {
    switch (type) {
        case dtype::uint8: return {0, 255};
        case dtype::uint16: return {0, 65535};
        case dtype::int16: return {-32768, 32767};
        case dtype::float32: break;
    }
    return {std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max()};
}

bool meets(const cylinder& shape, const box3& box) {
    double distance_sq = 0;
    int coordinate = 0;
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        if (direction == shape.direction)
            continue;
        const double center = shape.center[coordinate++];
        const double nearest = std::clamp(std::floor(center), static_cast<double>(along(box.lo, direction)),
                                          static_cast<double>(along(box.hi, direction) - 1)) +
                               0.5;
        distance_sq += (nearest - center) * (nearest - center);
    }
    return distance_sq <= shape.radius * shape.radius;
}

std::vector<problem> problems_of(const phase_spec& phase, const job_spec& job, const sweep_spec& sweep,
                                 const std::vector<scan_facts>& scans) {
    return phase_check(phase, job, sweep, scans).run();
}

}  // namespace tomosweep
