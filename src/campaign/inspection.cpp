#include "tomosweep/campaign/inspection.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tomosweep/campaign/electrochemistry.hpp"
#include "tomosweep/campaign/grey_scale.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/campaign/thresholds.hpp"

namespace tomosweep {
namespace {

/// What is known of a scan that could be opened.
struct scan_facts {
    std::size_t index;
    const scan_spec* scan;
    extent3 extent;
    dtype type;  ///< of the grey levels that are analysed
    dtype source_type;
};

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

std::string words(const extent3& extent) {
    return fmt::format("[{}, {}, {}]", extent.z, extent.y, extent.x);
}

/// True when the centre of at least one voxel of `box`, which is not empty, lies inside the cylinder.
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

class campaign_check {
public:
    campaign_check(const job_spec& job, const sweep_spec& sweep, const source_opener& open)
        : job_(job), sweep_(sweep), open_(open) {}

    campaign_inspection run() {
        found_.scans.resize(job_.scans.size());
        for (std::size_t i = 0; i < job_.scans.size(); ++i)
            check_scan(i);
        check_voxel_sizes();
        for (const phase_spec& phase : job_.phases)
            check_phase(phase);
        check_windows();
        check_electrode();
        check_product();
        for (problem& wrong : join_electrochemistry(job_).problems)
            found_.problems.push_back(std::move(wrong));
        return std::move(found_);
    }

private:
    /// Notes a problem of the scan in hand.
    void add(const std::string& key, const std::string& found, const std::string& accepted) {
        add(current_, key, found, accepted);
    }
    void add(std::size_t scan, const std::string& key, const std::string& found, const std::string& accepted) {
        found_.scans[scan].problems.push_back(
            {job_.file, job_.scans[scan].line, fmt::format("scans[{}].{}", scan, key), found, accepted});
    }

    /// Opens and inspects a source; what it complains about is reported under `key`.
    std::unique_ptr<scan_source> inspected(const source_spec& spec, const std::string& key) {
        try {
            auto source = open_(spec);
            for (const std::string& message : source->problems())
                add(key, message, "");
            return source;
        } catch (const input_error& wrong) {
            add(key,
                fmt::format("{}{}{}: {}", wrong.file(), wrong.where().empty() ? "" : ": ", wrong.where(),
                            wrong.found()),
                wrong.accepted());
        } catch (const error& wrong) {
            add(key, wrong.what(), "a source that can be opened");
        }
        return nullptr;
    }

    void check_scan(std::size_t index) {
        current_ = index;
        const scan_spec& scan = job_.scans[index];
        const auto source = inspected(scan.source, "source");
        if (!source)
            return;
        found_.scans[index].files = source->files();
        facts_.push_back({index, &scan, source->extent(), analysed_type(scan.grey, source->type()), source->type()});
        check_region(scan, source->extent(), source->type());
        check_greys(scan, source->extent(), source->type());
        check_stated_size(scan, *source);
        if (scan.region.mask)
            check_mask(scan, source->extent());
    }

    void check_region(const scan_spec& scan, const extent3& extent, dtype type) {
        try {
            found_.scans[current_].frame = frame_of(scan, extent, type, job_.file);
            const box3& box = found_.scans[current_].frame.region;
            if (scan.region.cylinder && !meets(*scan.region.cylinder, box))
                add("region.cylinder", "a cylinder outside the scan or the box",
                    fmt::format("a cylinder with voxels from {} to below {}", words(box.lo), words(box.hi)));
        } catch (const input_error& wrong) {
            add("region", wrong.found(), wrong.accepted());
        }
    }

    void check_greys(const scan_spec& scan, const extent3& extent, dtype type) {
        if (scan.grey.rings)
            check_axis(*scan.grey.rings, extent);
        if (!scan.grey.normalise)
            return;
        for (const scan_spec& part : anchor_parts(scan))
            try {
                frame_of(part, extent, type, job_.file);
            } catch (const input_error& wrong) {
                add("preprocess.normalise", wrong.found(), wrong.accepted());
            }
    }

    /// Rays start at the axis.
    void check_axis(const ring_spec& rings, const extent3& extent) {
        int coordinate = 0;
        for (const axis direction : {axis::z, axis::y, axis::x}) {
            if (direction == rings.direction)
                continue;
            const double center = rings.center[coordinate++];
            if (!(center >= 0 && center <= static_cast<double>(along(extent, direction))))
                add("preprocess.rings.center",
                    fmt::format("an axis at {} of {} voxels", center, along(extent, direction)),
                    "a rotation axis that meets the slices");
        }
    }

    /// What the files say of their voxel size, which may be rounded differently from what the user says.
    void check_stated_size(const scan_spec& scan, const scan_source& source) {
        constexpr double rounding = 0.02;
        const auto stated = source.voxel_size_um();
        if (stated && std::abs(*stated - scan.voxel_size_um) > rounding * scan.voxel_size_um)
            add("voxel_size_um", fmt::format("{} um, where the data say {} um", scan.voxel_size_um, *stated),
                "the voxel size of the data, in um, within 2 %");
    }

    void check_mask(const scan_spec& scan, const extent3& extent) {
        const auto mask = inspected(scan.region.mask->source, "region.mask");
        if (mask)
            found_.scans[current_].mask_files = mask->files();
        if (mask && mask->extent() != extent)
            add("region.mask",
                fmt::format("a mask of {} voxels for a scan of {}", words(mask->extent()), words(extent)),
                "a mask of the same extent as the whole scan");
    }

    /// Two scans may share a file (two regions of it), but the file has one voxel size.
    void check_voxel_sizes() {
        std::map<std::string, const scan_spec*> first_user;
        for (const scan_facts& each : facts_) {
            const std::vector<file_identity>& files = found_.scans[each.index].files;
            if (files.empty())
                continue;
            const std::string identity =
                files.front().path + "\n" + dataset_of(each.scan->source) + "\n" + words(each.extent);
            const auto [first, fresh] = first_user.emplace(identity, each.scan);
            if (!fresh && first->second->voxel_size_um != each.scan->voxel_size_um)
                add(each.index, "voxel_size_um",
                    fmt::format("{} um for {}, which is {} um in scan {} (line {})", each.scan->voxel_size_um,
                                files.front().path, first->second->voxel_size_um, first->second->id,
                                first->second->line),
                    "one voxel size for one file");
        }
    }

    static std::string dataset_of(const source_spec& source) {
        const auto* hdf5 = std::get_if<hdf5_source>(&source);
        return hdf5 != nullptr ? hdf5->dataset : "";
    }

    void check_phase(const phase_spec& phase) {
        const threshold_spec& threshold = phase.threshold ? *phase.threshold : sweep_.threshold;
        const auto report = [&](const std::string& found, const std::string& accepted) {
            const bool own = phase.threshold || sweep_.file.empty();
            found_.problems.push_back({own ? job_.file : sweep_.file, own ? phase.line : sweep_.threshold_line,
                                       own ? fmt::format("phase {}", phase.name) : "threshold",
                                       fmt::format("{}, for phase {}", found, phase.name), accepted});
        };
        check_place(phase, report);
        if (const auto* absolute = std::get_if<absolute_thresholds>(&threshold))
            check_absolute(phase, *absolute, report);
        else
            check_ruled(phase, std::get<ruled_thresholds>(threshold), report);
    }

    const threshold_spec& threshold_of(const phase_spec& phase) const {
        return phase.threshold ? *phase.threshold : sweep_.threshold;
    }

    /// A phase in a part of the region, or inside another one.
    template <class Report>
    void check_place(const phase_spec& phase, const Report& report) {
        if (!has_own_region(phase))
            return;
        if (const auto around = std::ranges::find(job_.phases, phase.inside, &phase_spec::name);
            around != job_.phases.end() && threshold_coordinate(threshold_of(*around)).size() != 1)
            report(fmt::format("inside {}, which has {} thresholds", around->name,
                               threshold_coordinate(threshold_of(*around)).size()),
                   "one threshold for the phase around it, as `threshold: {values: [120]}` there");
        for (const scan_facts& each : facts_) {
            scan_spec part = *each.scan;
            part.preprocess = {};
            part.region = phase.region.value_or(region_spec{});
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

    template <class Report>
    void check_absolute(const phase_spec& phase, const absolute_thresholds& thresholds, const Report& report) {
        const bool pairs = !thresholds.low.empty();
        if (phase.where == phase_side::between && !pairs)
            report("single grey levels", "pairs for a `between` phase: {values: [[40, 80], [40, 90]]}");
        if (phase.where != phase_side::between && pairs)
            report("pairs of grey levels", "single grey levels: only `where: between` takes pairs");
        for (const scan_facts& each : facts_) {
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
            (ruled.rule == threshold_rule::otsu || ruled.take + 1 > ruled.classes - 1))
            report("a rule with one threshold",
                   "two thresholds for a `between` phase: {rule: multi-otsu, classes: 3, take: 1} or pairs of values");
        if (ruled.scope == rule_scope::scan)
            return;
        std::map<std::string, const scan_facts*> first_of_pool;
        for (const scan_facts& each : facts_) {
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

    /// Percentiles that are pooled over a sample or the campaign need scans whose grey levels can be added.
    void check_windows() {
        std::map<std::string, const scan_facts*> first_of_pool;
        for (const scan_facts& each : facts_) {
            const auto& window = each.scan->grey.window;
            if (!window || !window->percentiles || window->scope == rule_scope::scan)
                continue;
            const bool by_sample = window->scope == rule_scope::sample;
            if (by_sample && each.scan->sample.empty())
                add(each.index, "preprocess.grey_window.scope", "`sample`, and no `sample:`",
                    "a sample for every scan, or another scope");
            const auto [first, fresh] = first_of_pool.emplace(by_sample ? "sample " + each.scan->sample : "", &each);
            if (!fresh && first->second->source_type != each.source_type)
                add(each.index, "preprocess.grey_window.scope",
                    fmt::format("percentiles pooled over scans of {} ({}) and {}", name_of(first->second->source_type),
                                first->second->scan->id, name_of(each.source_type)),
                    "one number format within a pool, or `scope: scan`");
        }
    }

    /// Levels that the scans can have, and lateral cells that are neither smaller than a voxel nor countless.
    void check_electrode() {
        const auto electrode = resolved_electrode(job_);
        if (!electrode)
            return;
        constexpr double most_cells = 1e7;
        for (const scan_facts& each : facts_) {
            const grey_range range = range_of(each.type);
            for (const auto& level : {electrode->collector_level, electrode->separator_level})
                if (level && (*level < range.low || *level >= range.high))
                    add(each.index, "source",
                        fmt::format("{} for `electrode:` levels, of which one is {}", name_of(each.type), *level),
                        fmt::format("levels from {} to below {}", range.low, range.high));
            const extent3& volume = found_.scans[each.index].frame.volume;
            const double voxel = each.scan->voxel_size_um * static_cast<double>(each.scan->preprocess.binning);
            const double step = electrode->lateral_step_um / voxel;
            if (step < 1)
                add(each.index, "voxel_size_um",
                    fmt::format("{} um after binning for `electrode: {{lateral_step_um: {}}}`", voxel,
                                electrode->lateral_step_um),
                    "voxels that are no larger than the lateral step");
            else if (static_cast<double>(volume.y) / step * (static_cast<double>(volume.x) / step) > most_cells)
                add(each.index, "source",
                    fmt::format("more than {} lateral cells of {} um", most_cells, electrode->lateral_step_um),
                    "a longer `electrode: {lateral_step_um: ...}`");
        }
    }

    /// The tables of one scan are held whole by the rank that writes them.
    void check_product() {
        constexpr double most_values = 1e8;
        double thresholds = 0;
        for (const phase_spec& phase : job_.phases)
            thresholds += static_cast<double>(threshold_coordinate(phase.threshold.value_or(sweep_.threshold)).size());
        const auto limits = static_cast<double>(resolution_limits_um(job_, sweep_).size());
        const double values =
            thresholds *
            (limits * static_cast<double>(job_.depth.bins) + (sweep_.width ? static_cast<double>(job_.width.bins) : 0) +
             (sweep_.width && job_.electrode ? limits * static_cast<double>(job_.electrode->bins) : 0));
        if (values > most_values)
            found_.problems.push_back(
                {sweep_.file.empty() ? job_.file : sweep_.file, 0, "",
                 fmt::format("{} thresholds x ({} resolution limits x {} depth bins + {} width bins)", thresholds,
                             limits, job_.depth.bins, sweep_.width ? job_.width.bins : 0),
                 fmt::format("at most {} values per scan; split the sweep, or take fewer bins", most_values)});
    }

    const job_spec& job_;
    const sweep_spec& sweep_;
    const source_opener& open_;
    campaign_inspection found_;
    std::vector<scan_facts> facts_;
    std::size_t current_ = 0;
};

}  // namespace

std::vector<problem> campaign_inspection::all() const {
    std::vector<problem> everything;
    for (const scan_inspection& scan : scans)
        everything.insert(everything.end(), scan.problems.begin(), scan.problems.end());
    everything.insert(everything.end(), problems.begin(), problems.end());
    return everything;
}

campaign_inspection inspect_campaign(const job_spec& job, const sweep_spec& sweep, const source_opener& open) {
    return campaign_check(job, sweep, open).run();
}

}  // namespace tomosweep
