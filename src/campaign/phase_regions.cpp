#include "tomosweep/campaign/phase_regions.hpp"

#include <algorithm>

#include "tomosweep/core/error.hpp"
#include "tomosweep/kernels/classify.hpp"

namespace tomosweep {
namespace {

/// The cubes of `binning` voxels that lie in the box with all their voxels.
box3 in_volume(const box_region& region, const scan_frame& frame, index_t binning) {
    box3 box = whole(frame.volume);
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        const index_t corner = along(frame.region.lo, direction), last = along(region.box.hi, direction);
        const index_t first = std::max<index_t>(along(region.box.lo, direction) - corner, 0);
        along(box.lo, direction) = (first + binning - 1) / binning;
        if (last >= 0)
            along(box.hi, direction) =
                std::min(along(box.hi, direction), std::max<index_t>(last - corner, 0) / binning);
    }
    return box;
}

void clear_outside(const box3& kept, const box3& own, view3<std::uint8_t> mask) {
    for (index_t z = 0; z < mask.extent().z; ++z)
        for (index_t y = 0; y < mask.extent().y; ++y)
            for (index_t x = 0; x < mask.extent().x; ++x)
                if (!kept.contains(own.lo + index3{z, y, x}))
                    mask(z, y, x) = 0;
}

/// 1 in the phase at its one threshold.
array3<std::uint8_t> voxels_of(const phase_spec& phase, const grey_thresholds& levels, const grey_volume& grey,
                               view3<const std::uint8_t> mask) {
    require(levels.high.size() == 1, "a phase around another one has one threshold");
    const auto chains = chains_of(phase.where, levels);
    array3<class_t> classes = classify(grey, chains.front().classes, mask);
    std::ranges::transform(classes.values(), classes.data(), [](class_t value) { return value == 0 ? 1 : 0; });
    return classes;
}

}  // namespace

bool has_own_region(const phase_spec& phase) {
    return phase.region.has_value() || !phase.inside.empty();
}

std::vector<std::size_t> phases_around(const std::vector<phase_spec>& phases, std::size_t index) {
    std::vector<std::size_t> around;
    while (!phases[index].inside.empty()) {
        const auto outer = std::ranges::find(phases, phases[index].inside, &phase_spec::name);
        const auto place = static_cast<std::size_t>(outer - phases.begin());
        require(place < index, "a phase stands behind the one around it");
        around.push_back(place);
        index = place;
    }
    std::ranges::reverse(around);
    return around;
}

array3<std::uint8_t> phase_mask(const std::vector<phase_spec>& phases, std::size_t index,
                                const std::vector<grey_thresholds>& levels, const scan_spec& scan,
                                const scan_frame& frame, const grey_volume& grey, view3<const std::uint8_t> region,
                                const box3& own) {
    const phase_spec& phase = phases[index];
    array3<std::uint8_t> mask;
    if (!phase.inside.empty()) {
        const std::size_t around = phases_around(phases, index).back();
        array3<std::uint8_t> outer;
        if (has_own_region(phases[around]))
            outer = phase_mask(phases, around, levels, scan, frame, grey, region, own);
        mask = voxels_of(phases[around], levels[around], grey, outer.voxels() > 0 ? outer.view() : region);
    } else {
        mask = array3<std::uint8_t>(own.extent(), 1);
        if (region.voxels() > 0)
            copy(region, mask.view());
    }
    if (!phase.region)
        return mask;
    clear_outside(in_volume(phase.region->box, frame, scan.preprocess.binning), own, mask.view());
    if (phase.region->cylinder)
        fill_region_mask(mask.view(), own.lo, in_volume(*phase.region->cylinder, frame, scan.preprocess.binning),
                         mask.view());
    return mask;
}

}  // namespace tomosweep
