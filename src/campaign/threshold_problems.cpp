#include "tomosweep/campaign/threshold_problems.hpp"

#include <limits>
#include <map>
#include <string>

#include <fmt/format.h>

namespace tomosweep {
namespace {

struct grey_range {
    double low, high;
};

grey_range range_of(dtype type) {
    switch (type) {
        case dtype::uint8: return {0, 255};
        case dtype::uint16: return {0, 65535};
        case dtype::int16: return {-32768, 32767};
        case dtype::float32: break;
    }
    return {std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max()};
}

class threshold_check {
public:
    threshold_check(const job_spec& job, const sweep_spec& sweep, const std::vector<scan_grey>& greys)
        : job_(job), sweep_(sweep), greys_(greys) {}

    std::vector<problem> run() {
        for (const phase_spec& phase : job_.phases)
            check_phase(phase);
        return std::move(problems_);
    }

private:
    void check_phase(const phase_spec& phase) {
        const threshold_spec& threshold = phase.threshold ? *phase.threshold : sweep_.threshold;
        const auto report = [&](const std::string& found, const std::string& accepted) {
            const bool own = phase.threshold || sweep_.file.empty();
            problems_.push_back({own ? job_.file : sweep_.file, own ? phase.line : sweep_.threshold_line,
                                 own ? fmt::format("phase {}", phase.name) : "threshold",
                                 fmt::format("{}, for phase {}", found, phase.name), accepted});
        };
        if (const auto* absolute = std::get_if<absolute_thresholds>(&threshold))
            check_absolute(phase, *absolute, report);
        else
            check_ruled(phase, std::get<ruled_thresholds>(threshold), report);
    }

    template <class Report>
    void check_absolute(const phase_spec& phase, const absolute_thresholds& thresholds, const Report& report) {
        const bool pairs = !thresholds.low.empty();
        if (phase.where == phase_side::between && !pairs)
            report("single grey levels", "pairs for a `between` phase: {values: [[40, 80], [40, 90]]}");
        if (phase.where != phase_side::between && pairs)
            report("pairs of grey levels", "single grey levels: only `where: between` takes pairs");
        for (const scan_grey& each : greys_) {
            const grey_range range = range_of(each.type);
            for (const auto* side : {&thresholds.low, &thresholds.high})
                for (const double grey : *side)
                    if (grey < range.low || grey > range.high)
                        report(fmt::format("grey level {} in scan {} of {}", grey, each.scan->id, name_of(each.type)),
                               fmt::format("grey levels from {} to {}", range.low, range.high));
        }
    }

    template <class Report>
    void check_ruled(const phase_spec& phase, const ruled_thresholds& ruled, const Report& report) {
        if (phase.where == phase_side::between &&
            (ruled.rule != threshold_rule::multi_otsu || ruled.take + 1 > ruled.classes - 1))
            report("a rule with one threshold",
                   "two thresholds for a `between` phase: {rule: multi-otsu, classes: 3, take: 1} or pairs of values");
        if (ruled.scope == rule_scope::scan)
            return;
        std::map<std::string, const scan_grey*> first_of_pool;
        for (const scan_grey& each : greys_) {
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

    const job_spec& job_;
    const sweep_spec& sweep_;
    const std::vector<scan_grey>& greys_;
    std::vector<problem> problems_;
};

}  // namespace

std::vector<problem> threshold_problems(const job_spec& job, const sweep_spec& sweep,
                                        const std::vector<scan_grey>& greys) {
    return threshold_check(job, sweep, greys).run();
}

}  // namespace tomosweep
