#include "tomosweep/campaign/change_task.hpp"

#include <fmt/format.h>

#include <chrono>
#include <variant>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/change_file.hpp"
#include "tomosweep/campaign/change_reader.hpp"
#include "tomosweep/campaign/electrode.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/campaign/scan_block.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/ops/change_tables.hpp"

namespace tomosweep {
namespace {

/// One scan's own block, as float.
struct state_block {
    state_block(const communicator& group, const campaign_plan& plan, std::size_t scan)
        : grid(group, plan.scans[scan].frame.volume) {
        scan_block block = load_block(plan.job.scans[scan], plan.scans[scan].frame, grid);
        if (plan.axes.electrode)
            find_electrode(grid, plan.scans[scan].frame, plan.axes.electrode->spec, block);
        mask = std::move(block.mask);
        grey = agreed(group, [&] { return as_float(std::move(block.grey)); });
    }

    state_volume volume() const { return {grid, grey, mask.voxels() > 0 ? mask.view() : view3<const std::uint8_t>()}; }

    domain grid;
    grey_volume grey;
    array3<std::uint8_t> mask;

private:
    static grey_volume as_float(grey_volume grey) {
        return std::visit(
            []<class T>(array3<T>& levels) -> grey_volume {
                if constexpr (std::is_same_v<T, float>)
                    return std::move(levels);
                array3<float> result(levels.extent());
                std::ranges::transform(levels.values(), result.values().begin(),
                                       [](T level) { return static_cast<float>(level); });
                return result;
            },
            grey);
    }
};

/// Where the scans' own coordinates put the second state: their corners coincide.
rigid_transform as_scanned(const campaign_plan& plan, const state_pair& pair) {
    const vector3 from = corner_um(plan.scans[pair.from].frame, plan.job.scans[pair.from]);
    const vector3 to = corner_um(plan.scans[pair.to].frame, plan.job.scans[pair.to]);
    const double edge = plan.scans[pair.from].frame.voxel_size_um;
    rigid_transform before;
    for (std::size_t i = 0; i < 3; ++i)
        before.shift[i] = (from[i] - to[i]) / edge;
    return before;
}

void require_fit(const campaign_plan& plan, const std::string& name, const registration& found) {
    const change_spec& wanted = plan.job.changes;
    const std::string place = "changes: " + name;
    if (!(found.overlap >= wanted.least_overlap))
        throw input_error(plan.job.file, place,
                          fmt::format("states of which {:.1f} % overlap (correlation {:.3f})", 100 * found.overlap,
                                      found.correlation),
                          fmt::format("an overlap of {:.1f} % or more (`least_overlap`)", 100 * wanted.least_overlap));
    if (!(found.correlation >= wanted.least_correlation))
        throw input_error(
            plan.job.file, place,
            fmt::format("states whose grey levels correlate by {:.3f} where they fit best", found.correlation),
            fmt::format("a correlation of {} or more (`least_correlation`)", wanted.least_correlation));
}

/// The phase of one threshold alone.
phase_chain chain_of(phase_side where, const grey_thresholds& levels, std::size_t threshold) {
    return {where, {levels.high[threshold]}, levels.low.empty() ? 0 : levels.low[threshold]};
}

/// Classes of one state's phases on the first state's voxels.
class state_classes {
public:
    state_classes(const campaign_plan& plan, const change_task& task, const state_block& from, const grey_volume& grey,
                  const std::vector<grey_thresholds>& levels, view3<const std::uint8_t> known)
        : plan_(plan),
          scan_(plan.job.changes.pairs[task.pair].from),
          from_(from),
          grey_(grey),
          levels_(levels),
          known_(known) {}

    /// From now on of this phase, where the state looks for it: own boxes lie on the first state's voxels.
    void take(std::size_t phase) {
        phase_ = phase;
        part_ = {};
        if (has_own_region(plan_.job.phases[phase]))
            part_ = phase_mask(plan_.job.phases, phase, levels_, plan_.job.scans[scan_], plan_.scans[scan_].frame,
                               grey_, known_, from_.grid.own());
    }
    array3<class_t> at(std::size_t threshold) const {
        array3<class_t> classes =
            classify(grey_, chain_of(plan_.job.phases[phase_].where, levels_[phase_], threshold), known_);
        if (part_.voxels() > 0)
            leave_out(part_.view(), classes.view());
        return classes;
    }

private:
    const campaign_plan& plan_;
    std::size_t scan_;
    const state_block& from_;
    const grey_volume& grey_;
    const std::vector<grey_thresholds>& levels_;
    view3<const std::uint8_t> known_;
    std::size_t phase_ = 0;
    array3<std::uint8_t> part_;
};

std::vector<connectivity> adjacencies_of(const campaign_plan& plan) {
    std::vector<connectivity> adjacencies;
    for (const int neighbours : plan.axes.connectivities)
        adjacencies.push_back(neighbours == 6 ? connectivity::six : connectivity::twentysix);
    return adjacencies;
}

void compare(const communicator& group, const campaign_plan& plan, const change_task& task, change_outcome& outcome,
             const std::function<void()>& done) {
    const state_pair& pair = plan.job.changes.pairs[task.pair];
    state_block from(group, plan, pair.from);
    resampled_grey moved;
    {
        const state_block to(group, plan, pair.to);
        outcome.found = register_state(from.volume(), to.volume(), pair.registration, as_scanned(plan, pair));
        require_fit(plan, name_of(pair, plan.job.scans), outcome.found);
        moved = resample_state(from.volume(), to.volume(), outcome.found.transform);
    }
    const grey_volume to_grey = std::move(moved.grey);
    const std::vector<connectivity> adjacencies = adjacencies_of(plan);
    state_classes before(plan, task, from, from.grey, task.from_levels, moved.known.view());
    state_classes after(plan, task, from, to_grey, task.to_levels, moved.known.view());
    for (std::size_t phase = 0; phase < plan.job.phases.size(); ++phase) {
        agreed(group, [&] {
            before.take(phase);
            after.take(phase);
        });
        std::vector<change_counts>& counts = outcome.counts.emplace_back();
        for (std::size_t i = 0; i < task.from_levels[phase].high.size(); ++i) {
            const auto [first, second] = agreed(group, [&] { return std::pair(before.at(i), after.at(i)); });
            counts.push_back(count_changes(from.grid, first.view(), second.view(), adjacencies));
            done();
        }
    }
}

}  // namespace

void run_change(const communicator& group, const campaign_plan& plan, const change_task& task,
                const std::function<void()>& done) {
    const auto start = std::chrono::steady_clock::now();
    change_outcome outcome;
    outcome.provenance = task.provenance;
    outcome.from_levels = task.from_levels;
    outcome.to_levels = task.to_levels;
    try {
        compare(group, plan, task, outcome, done);
    } catch (const error& failure) {
        if (failure.kind() != error_kind::input && failure.kind() != error_kind::resource)
            throw;
        outcome.failure = failure.what();
        outcome.provenance.push_back({"failure", outcome.failure});
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
    outcome.provenance.push_back({seconds_attribute, elapsed.count()});
    outcome.provenance.push_back({"finished", now_utc()});
    agreed(group, [&] {
        if (group.root())
            write_netcdf(task.path, make_change_file(plan, task.pair, outcome));
    });
}

std::vector<grey_thresholds> levels_in(const data_group& shard, const job_spec& job) {
    std::vector<grey_thresholds> levels;
    for (const phase_spec& phase : job.phases) {
        const data_group* group = job.grouped_phases ? find_named(shard.groups, phase.name) : &shard;
        const auto values = [&](const char* name) {
            const variable* found = group == nullptr ? nullptr : find_named(group->variables, name);
            return found == nullptr ? std::vector<double>() : std::get<std::vector<double>>(found->values);
        };
        levels.push_back({values("threshold_grey"), values("threshold_low_grey")});
    }
    return levels;
}

}  // namespace tomosweep
