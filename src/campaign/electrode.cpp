#include "tomosweep/campaign/electrode.hpp"

#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/descriptors/otsu.hpp"
#include "tomosweep/kernels/region.hpp"
#include "tomosweep/ops/grey_statistics.hpp"

namespace tomosweep {
namespace {

interface_levels levels_of(const domain& grid, const electrode_spec& spec, const scan_block& block) {
    interface_levels levels{spec.collector_level.value_or(0), spec.separator_level.value_or(0), spec.collector_last};
    if (spec.collector_level && spec.separator_level)
        return levels;
    constexpr int classes = 3;  // electrolyte and cracks; electrode; collector
    const std::vector<double> found = multi_otsu(histogram_of(grid, block.grey, block.mask_view()), classes);
    levels.separator = spec.separator_level.value_or(found[0]);
    levels.collector = spec.collector_level.value_or(found[1]);
    return levels;
}

void keep_electrode(const domain& grid, const scan_frame& frame, const electrode_spec& spec,
                    const electrode_interfaces& interfaces, scan_block& block) {
    const height_map& collector = interfaces.collector.map;
    const height_map& separator = interfaces.separator.map;
    const double of_collector = spec.collector_margin_um / frame.voxel_size_um;
    const double of_separator = spec.separator_margin_um / frame.voxel_size_um;
    const step_scope charged(grid.ledger(), scan_step::preprocess, grid.own().voxels());
    agreed(grid.ranks(), [&] {
        if (block.mask.voxels() == 0)
            block.mask = array3<std::uint8_t>(grid.own().extent(), 1);
        keep_between(block.mask.view(), grid.own().lo,
                     spec.collector_last ? layer_between{&separator, &collector, of_separator, of_collector}
                                         : layer_between{&collector, &separator, of_collector, of_separator});
    });
}

}  // namespace

found_electrode find_electrode(const domain& grid, const scan_frame& frame, const electrode_spec& spec,
                               scan_block& block) {
    found_electrode found;
    found.levels = levels_of(grid, spec, block);
    found.interfaces =
        find_interfaces(grid, block.grey, block.mask_view(), found.levels, spec.lateral_step_um / frame.voxel_size_um);
    keep_electrode(grid, frame, spec, found.interfaces, block);
    return found;
}

depth_field normalised_depth(const domain& grid, const found_electrode& electrode, index_t bins) {
    return bins_between(grid.own(), electrode.interfaces.collector.map, electrode.interfaces.separator.map,
                        static_cast<std::int32_t>(bins));
}

}  // namespace tomosweep
