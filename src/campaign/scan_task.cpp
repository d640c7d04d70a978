#include "tomosweep/campaign/scan_task.hpp"

#include <array>
#include <chrono>
#include <filesystem>
#include <optional>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/electrode.hpp"
#include "tomosweep/campaign/field_store.hpp"
#include "tomosweep/campaign/grey_scale.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/campaign/provenance.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"
#include "tomosweep/ops/grey_statistics.hpp"

namespace tomosweep {
namespace {

point_grid points_of(const campaign_plan& plan, const scan_frame& frame) {
    point_grid points;
    points.smallest_radius_sq = smallest_radii_sq(plan.axes.resolution_limits_um, frame.voxel_size_um);
    points.adjacencies = plan.axes.adjacencies();
    points.widths = plan.axes.widths;
    points.islets = plan.axes.islets;
    points.depth = bins_of(frame, plan.axes.depth, plan.axes.depth_extent_um);
    return points;
}

checkpoint_shape shape_of(const campaign_plan& plan) {
    checkpoint_shape shape{{},
                           plan.axes.resolution_limits_um.size(),
                           static_cast<std::size_t>(plan.axes.depth.bins),
                           plan.axes.widths,
                           plan.axes.normalised_bins() > 0,
                           plan.axes.islets};
    for (const threshold_spec& threshold : plan.thresholds)
        shape.thresholds.push_back(threshold_coordinate(threshold).size());
    return shape;
}

/// One phase of a checkpoint. Only the first rank of the group has the tables, and only it derives figures from them.
class known_of_phase : public known_thresholds {
public:
    known_of_phase(checkpoint& kept, std::size_t phase) : kept_(kept), phase_(phase) {}

    bool knows(std::size_t threshold) const override { return kept_.phase(phase_).finished[threshold] != 0; }
    void restore(std::size_t threshold, phase_tables& tables) const override {
        const phase_tables& known = kept_.phase(phase_).tables;
        tables.counts[threshold] = known.counts[threshold];
        if (!tables.islets.empty())
            tables.islets[threshold] = known.islets[threshold];
        if (tables.thickness.empty())
            return;
        tables.thickness[threshold] = known.thickness[threshold];
        tables.max_distance_sq[threshold] = known.max_distance_sq[threshold];
        if (!tables.normalised_thickness.empty())
            tables.normalised_thickness[threshold] = known.normalised_thickness[threshold];
    }
    void finished(std::size_t threshold, const phase_tables& tables) override {
        kept_.finished(phase_, threshold, tables);
    }

private:
    checkpoint& kept_;
    std::size_t phase_;
};

/// One scan on one group of ranks, from its voxels to its tables.
class scan_run {
public:
    scan_run(const communicator& group, const campaign_plan& plan, const scan_task& task, const threshold_done& done)
        : plan_(plan),
          task_(task),
          done_(done),
          scan_(plan.job.scans[task.scan]),
          frame_(plan.scans[task.scan].frame),
          ledger_(group, task.begun),
          grid_(group, frame_.volume, &ledger_),
          kept_(group, plan.fields.empty() ? task.kept : checkpoint_spec{}, shape_of(plan)) {
        if (!plan.fields.empty())
            shard_.emplace(group, task.shard_path, layout_of_fields(plan, frame_, scan_.voxel_size_um));
    }

    void analyse(scan_outcome& outcome) {
        scan_block block = load_block(scan_, frame_, grid_);
        note_input(block, outcome);
        point_grid points = points_of(plan_, frame_);
        if (plan_.axes.electrode) {
            outcome.electrode = find_electrode(grid_, frame_, plan_.axes.electrode->spec, block);
            if (plan_.axes.normalised_bins() > 0)
                points.normalised = normalised_depth(grid_, *outcome.electrode, plan_.axes.normalised_bins());
        }
        outcome.region = count_region(block, grid_, points.depth, points.normalised);
        if (outcome.region.voxels == 0)
            throw input_error(plan_.job.file, "scan " + scan_.id + ": region", "no voxel in the region",
                              "a region that holds voxels");
        outcome.histogram = histogram_of(grid_, block.grey, block.mask_view());
        for (std::size_t phase = 0; phase < plan_.job.phases.size(); ++phase)
            outcome.phases.push_back(analyse_phase(block, phase, points, outcome));
    }

    checkpoint& kept() { return kept_; }

    /// Collective; without fields rank 0 writes alone.
    void write(const data_group& content) {
        step_scope charged(&ledger_, scan_step::write);
        if (shard_)
            shard_->finish(content);
        else
            write_alone(content);
        if (grid_.ranks().root())
            charged.wrote(static_cast<std::int64_t>(std::filesystem::file_size(task_.shard_path)));
    }

    /// Collective.
    ledger_summary effort() { return summary_of(grid_.ranks(), ledger_); }

    bool storage_failed() const { return fields_ && fields_->failed(); }

    /// A failed scan has no fields.
    void write_alone(const data_group& content) {
        shard_.reset();
        agreed(grid_.ranks(), [&] {
            if (grid_.ranks().root())
                write_netcdf(task_.shard_path, content);
        });
    }

private:
    /// What was read, so that whoever repeats the analysis knows whether it is the same input.
    void note_input(const scan_block& block, scan_outcome& outcome) const {
        const std::vector<attribute> input = input_provenance(grid_.ranks(), scan_, frame_, block);
        outcome.provenance.insert(outcome.provenance.end(), input.begin(), input.end());
        std::array clipped{block.clipped.voxels, block.clipped.below, block.clipped.above};
        grid_.ranks().sum(std::span<std::int64_t>(clipped));
        for (attribute& told : grey_provenance(scan_.grey, block.window, {clipped[0], clipped[1], clipped[2]}))
            outcome.provenance.push_back(std::move(told));
    }

    /// Where the phase is looked for, if in a part of the region only; the block's mask is that part from now on.
    std::optional<phase_scope> scope_of(scan_block& block, std::size_t phase, const point_grid& points) {
        block.phase_mask = {};
        if (!has_own_region(plan_.job.phases[phase]))
            return std::nullopt;
        block.phase_mask = agreed(grid_.ranks(), [&] {
            return phase_mask(plan_.job.phases, phase, levels_, scan_, frame_, block.grey, block.mask_view(),
                              grid_.own());
        });
        return phase_scope{count_region(block, grid_, points.depth, points.normalised),
                           histogram_of(grid_, block.grey, block.mask_view())};
    }

    phase_tables analyse_phase(scan_block& block, std::size_t phase, const point_grid& points, scan_outcome& outcome) {
        const phase_spec& spec = plan_.job.phases[phase];
        const grey_histogram& pooled = task_.pooled[phase];
        outcome.scopes.push_back(scope_of(block, phase, points));
        const grey_histogram& histogram = pooled.counts.empty() ? outcome.histogram_of(phase) : pooled;
        const bool recorded = phase < task_.levels.size() && !task_.levels[phase].high.empty();
        const resolved_thresholds thresholds = recorded ? resolved_thresholds{task_.levels[phase], {}}
                                                        : resolve(plan_.thresholds[phase], spec.where, histogram);
        levels_.push_back(thresholds.levels);
        if (!thresholds.report.empty())
            outcome.provenance.push_back(
                {plan_.job.grouped_phases ? "threshold_rule_" + spec.name : "threshold_rule", thresholds.report});
        fields_.reset();
        if (shard_)
            fields_.emplace(*shard_, grid_, plan_.job.grouped_phases ? spec.name : std::string(), plan_.fields);
        known_of_phase known(kept_, phase);
        const block_use use = phase + 1 < plan_.job.phases.size() ? block_use::again : block_use::last;
        return tomosweep::analyse_phase(grid_, block, use, spec.where, thresholds.levels, points,
                                        fields_ ? &*fields_ : nullptr, &known, done_);
    }

    const campaign_plan& plan_;
    const scan_task& task_;
    const threshold_done& done_;
    const scan_spec& scan_;
    const scan_frame& frame_;
    step_ledger ledger_;
    domain grid_;
    checkpoint kept_;
    std::optional<shard_writer> shard_;
    std::optional<phase_fields> fields_;
    std::vector<grey_thresholds> levels_;  ///< of the phases so far
};

/// Failures of the scan itself are stored with it; everything else ends the run, as a full disk would fail all scans.
bool belongs_to_scan(error_kind kind) {
    return kind == error_kind::input || kind == error_kind::resource;
}

}  // namespace

ledger_summary run_scan(const communicator& group, const campaign_plan& plan, const scan_task& task,
                        const threshold_done& done) {
    const auto start = std::chrono::steady_clock::now();
    const scan_spec& scan = plan.job.scans[task.scan];
    const scan_frame& frame = plan.scans[task.scan].frame;
    scan_outcome outcome{frame.voxel_size_um, {}, {}, {}, {}, task.provenance};
    scan_run run(group, plan, task, done);
    try {
        run.analyse(outcome);
    } catch (const error& failure) {
        if (struck_alone(group))
            throw;
        run.kept().write();
        if (!belongs_to_scan(failure.kind()) || run.storage_failed())
            throw;
        if (task.failed)
            task.failed(failure);
        outcome.failure = failure.what();
        outcome.phases.clear();
        outcome.scopes.clear();
        outcome.electrode.reset();
        outcome.provenance.push_back({"failure", outcome.failure});
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    outcome.provenance.push_back({seconds_attribute, elapsed.count()});
    outcome.provenance.push_back({"finished", now_utc()});
    if (outcome.failure.empty() && !plan.fields.empty())
        outcome.fields_file = "scans/" + scan.id + ".h5";
    const data_group content = agreed(group, [&] {
        return group.root() ? make_shard(plan.job, plan.axes, plan.thresholds, scan, outcome) : data_group{};
    });
    outcome.failure.empty() ? run.write(content) : run.write_alone(content);
    if (outcome.failure.empty())
        run.kept().remove();
    return run.effort();
}

void write_failed_scan(const campaign_plan& plan, std::size_t scan, const std::string& path,
                       std::vector<attribute> provenance, const std::string& key) {
    scan_outcome outcome;
    outcome.voxel_size_um = plan.job.scans[scan].voxel_size_um;
    outcome.failure = plan.scans[scan].failure;
    outcome.provenance = std::move(provenance);
    outcome.provenance.push_back({content_key_attribute, key});
    outcome.provenance.push_back({"failure", outcome.failure});
    write_netcdf(path, make_shard(plan.job, plan.axes, plan.thresholds, plan.job.scans[scan], outcome));
}

}  // namespace tomosweep
