#include "tomosweep/campaign/scan_histogram.hpp"

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/electrode.hpp"
#include "tomosweep/campaign/phase_regions.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/ops/grey_statistics.hpp"

namespace tomosweep {
namespace {

/// Cuts the block to the voxels in which a phase is looked for. Collective.
void cut_to_phase(const campaign_plan& plan, const histogram_request& request, std::size_t phase,
                  const std::vector<grey_thresholds>& levels, const domain& grid, scan_block& block) {
    block.phase_mask = {};
    if (has_own_region(plan.job.phases[phase]))
        block.phase_mask = agreed(grid.ranks(), [&] {
            return phase_mask(plan.job.phases, phase, levels, request.spec, request.frame, block.grey,
                              block.mask_view(), grid.own());
        });
}

}  // namespace

grey_histogram scan_histogram(const communicator& group, const campaign_plan& plan, const histogram_request& request) {
    const domain grid(group, request.frame.volume);
    scan_block block = load_block(request.spec, request.frame, grid);
    if (request.electrode)
        find_electrode(grid, request.frame, request.electrode->spec, block);
    if (request.phase) {
        std::vector<grey_thresholds> levels = request.levels;
        for (const std::size_t around : phases_around(plan.job.phases, *request.phase)) {
            if (!levels[around].high.empty())
                continue;
            cut_to_phase(plan, request, around, levels, grid, block);
            levels[around] = resolve(plan.thresholds[around], plan.job.phases[around].where,
                                     histogram_of(grid, block.grey, block.mask_view()))
                                 .levels;
        }
        cut_to_phase(plan, request, *request.phase, levels, grid, block);
    }
    return histogram_of(grid, block.grey, block.mask_view());
}

std::string histogram_key(const campaign_plan& plan, const histogram_request& request) {
    scan_content content;
    content.scan = request.spec;
    content.files = plan.scans[request.scan].files;
    content.mask_files = plan.scans[request.scan].mask_files;
    content.electrode = request.electrode;
    if (request.phase) {
        for (const std::size_t around : phases_around(plan.job.phases, *request.phase)) {
            const phase_spec& phase = plan.job.phases[around];
            content.phases.push_back({phase.name, phase.where, threshold_meaning(plan.thresholds[around]),
                                      request.levels[around], threshold_coordinate(plan.thresholds[around]),
                                      phase.region, phase.inside});
        }
        const phase_spec& phase = plan.job.phases[*request.phase];
        content.phases.push_back({phase.name, phase.where, {}, {}, {}, phase.region, phase.inside});
    }
    return content_key(content_text(content));
}

}  // namespace tomosweep
