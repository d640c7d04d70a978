#include "tomosweep/campaign/change_task.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/change_file.hpp"
#include "tomosweep/campaign/change_reader.hpp"
#include "tomosweep/campaign/electrode.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/campaign/scan_block.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/ops/change_tables.hpp"

namespace tomosweep {
namespace {

/// One scan's own block.
struct state_block {
    state_block(const communicator& group, const campaign_plan& plan, std::size_t scan)
        : grid(group, plan.scans[scan].frame.volume) {
        scan_block block = load_block(plan.job.scans[scan], plan.scans[scan].frame, grid);
        if (plan.axes.electrode)
            find_electrode(grid, plan.scans[scan].frame, plan.axes.electrode->spec, block);
        mask = std::move(block.mask);
        grey = std::move(block.grey);
    }

    state_volume volume() const { return {grid, grey, mask.voxels() > 0 ? mask.view() : view3<const std::uint8_t>()}; }

    domain grid;
    grey_volume grey;
    array3<std::uint8_t> mask;
};

/// Both states on the voxels of the first one, whose mask says where both are known.
struct aligned_states {
    scan_block from, to;
};

/// Thresholds of both states that nest alike, so that one class volume of each holds them all.
struct shared_chain {
    threshold_chain from, to;
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
threshold_chain chain_of(phase_side where, const grey_thresholds& levels, std::size_t threshold) {
    return {{where, {levels.high[threshold]}, levels.low.empty() ? 0 : levels.low[threshold]}, {threshold}};
}

std::vector<shared_chain> shared_chains(phase_side where, const grey_thresholds& from, const grey_thresholds& to) {
    const auto first = chains_of(where, from), second = chains_of(where, to);
    std::vector<shared_chain> chains;
    // Rounding may nest the levels of a rule in one state and not in the other.
    if (std::ranges::equal(first, second, {}, &threshold_chain::threshold, &threshold_chain::threshold))
        for (std::size_t i = 0; i < first.size(); ++i)
            chains.push_back({first[i], second[i]});
    else
        for (std::size_t i = 0; i < from.high.size(); ++i)
            chains.push_back({chain_of(where, from, i), chain_of(where, to, i)});
    return chains;
}

/// Reads both states and registers them; only what the comparison needs is left. Collective.
aligned_states align_states(const communicator& group, const campaign_plan& plan, const state_pair& pair,
                            change_outcome& outcome) {
    state_block from(group, plan, pair.from);
    const state_block to(group, plan, pair.to);
    outcome.found = register_state(from.volume(), to.volume(), pair.registration, as_scanned(plan, pair));
    require_fit(plan, name_of(pair, plan.job.scans), outcome.found);
    resampled_grey moved = resample_state(from.volume(), to.volume(), outcome.found.transform);
    aligned_states states;
    states.from.grey = std::move(from.grey);
    states.from.mask = std::move(moved.known);
    states.to.grey = std::move(moved.grey);
    return states;
}

/// 1 where both states are known and a phase in a part of the region, or inside others, is looked for in both; nothing
/// for a phase that is looked for everywhere. Collective.
array3<std::uint8_t> mask_of(const communicator& group, const campaign_plan& plan, const change_task& task,
                             std::size_t phase, const aligned_states& states, const box3& own) {
    if (!has_own_region(plan.job.phases[phase]))
        return {};
    const std::size_t from = plan.job.changes.pairs[task.pair].from;
    return agreed(group, [&] {
        const auto mask = [&](const std::vector<grey_thresholds>& levels, const grey_volume& grey) {
            return phase_mask(plan.job.phases, phase, levels, plan.job.scans[from], plan.scans[from].frame, grey,
                              states.from.mask_view(), own);
        };
        array3<std::uint8_t> both = mask(task.from_levels, states.from.grey);
        const array3<std::uint8_t> second = mask(task.to_levels, states.to.grey);
        std::ranges::transform(both.values(), second.values(), both.data(),
                               [](std::uint8_t a, std::uint8_t b) { return std::min(a, b); });
        return both;
    });
}

void compare(const communicator& group, const campaign_plan& plan, const change_task& task, change_outcome& outcome,
             const std::function<void()>& done) {
    const state_pair& pair = plan.job.changes.pairs[task.pair];
    const scan_frame& frame = plan.scans[pair.from].frame;
    aligned_states states = align_states(group, plan, pair, outcome);
    const domain grid(group, frame.volume);
    const std::vector<connectivity> adjacencies = plan.axes.adjacencies();
    const auto smallest_radius_sq = smallest_radii_sq(plan.axes.resolution_limits_um, frame.voxel_size_um);
    const std::size_t limits = smallest_radius_sq.size(), phases = plan.job.phases.size();
    for (std::size_t phase = 0; phase < phases; ++phase) {
        const phase_side where = plan.job.phases[phase].where;
        const grey_thresholds &from = task.from_levels[phase], &to = task.to_levels[phase];
        std::vector<change_counts>& counts = outcome.counts.emplace_back(from.high.size() * limits);
        const array3<std::uint8_t> mask = mask_of(group, plan, task, phase, states, grid.own());
        const std::vector<shared_chain> chains = shared_chains(where, from, to);
        for (const shared_chain& chain : chains) {
            const auto [first, second] = agreed(group, [&] {
                const auto known = mask.voxels() > 0 ? mask.view() : states.from.mask_view();
                return std::pair(classify(states.from.grey, chain.from.classes, known),
                                 classify(states.to.grey, chain.to.classes, known));
            });
            if (phase + 1 == phases && &chain == &chains.back())
                states = {};
            for (std::size_t k = 0; k < chain.from.threshold.size(); ++k) {
                const auto place = static_cast<int>(k);
                std::ranges::move(
                    count_changes(grid, {first.view(), place}, {second.view(), place}, adjacencies, smallest_radius_sq),
                    counts.begin() + static_cast<std::ptrdiff_t>(chain.from.threshold[k] * limits));
                done();
            }
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
