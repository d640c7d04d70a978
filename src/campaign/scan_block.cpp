#include "tomosweep/campaign/scan_block.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/grey_scale.hpp"
#include "tomosweep/campaign/joint_reading.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/process.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/kernels/voxel_hash.hpp"
#include "tomosweep/ops/grey_statistics.hpp"
#include "tomosweep/ops/rings.hpp"

namespace tomosweep {
namespace {

/// Of the part of the voxels of `box` that this rank analyses: halos belong to other ranks, too.
std::uint64_t charged_hash(const domain& grid, const grey_volume& voxels, const box3& box, const box3& analysed) {
    const step_scope charged(grid.ledger(), scan_step::read);
    return voxel_hash(voxels, box, analysed);
}

std::unique_ptr<scan_source> open_same(const scan_spec& scan, const scan_frame& frame) {
    auto source = open_source(scan.source);
    if (source->extent() != frame.source_extent || source->type() != frame.type)
        throw input_error("scan " + scan.id, "", "another extent or number format than at the start of the run",
                          "input files that stay as they are during a run");
    return source;
}

/// The voxels of the scan that a block is made of, none for an empty one.
box3 input_of(const scan_spec& scan, const scan_frame& frame, const box3& block) {
    return block.empty() ? box3{} : preprocess_input(frame.source_extent, frame.region, block, scan.preprocess);
}

/// The ring artefacts of the slices that this rank's block is read from. Collective.
ring_profiles find_rings(const scan_spec& scan, const scan_frame& frame, const domain& grid) {
    if (!scan.grey.rings)
        return {};
    const axis direction = scan.grey.rings->direction;
    const box3 input = input_of(scan, frame, grid.own());
    const auto source = agreed(grid.ranks(), [&] { return open_same(scan, frame); });
    const auto read = [&](const box3& slice) {
        step_scope charged(grid.ledger(), scan_step::read, slice.voxels());
        charged.read(slice.voxels() * static_cast<index_t>(bytes_per_voxel(frame.type)));
        return source->read(slice);
    };
    return ring_profiles_of(grid.ranks(), frame.source_extent, *scan.grey.rings,
                            {along(input.lo, direction), along(input.hi, direction)}, read);
}

/// What is done to the grey levels of this scan, its own percentiles included. Collective.
grey_tone settled_tone(const scan_spec& scan, const scan_frame& frame, const domain& grid) {
    grey_tone tone = tone_of(scan.grey);
    require(!scan.grey.normalise || scan.grey.normalise->line, "normalisation is settled before a scan is read");
    if (!scan.grey.window || tone.window)
        return tone;
    const scan_spec before = before_window(scan);
    const scan_frame frame_before = frame_of(before, frame.source_extent, frame.type, "");
    const domain source_grid(grid.ranks(), frame_before.volume, grid.ledger());
    scan_frame same_inputs = frame_before;
    same_inputs.inputs = frame.inputs;
    const scan_block block = load_block(before, same_inputs, source_grid);
    const grey_histogram histogram = histogram_of(source_grid, block.grey, block.mask_view());
    const grey_anchors range = percentile_range(histogram, *scan.grey.window->percentiles, scan.id);
    tone.window = {range.dark, range.bright, scan.grey.window->bits};
    return tone;
}

/// Reads this rank's block into `block`, whose mask is there already. Collective.
void read_grey(const scan_spec& scan, const scan_frame& frame, const domain& grid, const grey_tone& tone,
               const ring_profiles& rings, scan_block& block) {
    const auto source = agreed(grid.ranks(), [&] { return open_same(scan, frame); });
    grey_volume voxels = read_jointly(grid, *source, [&](const box3& own) { return input_of(scan, frame, own); });
    agreed(grid.ranks(), [&] {
        const box3& own = grid.own();
        if (own.empty()) {
            block.grey = make_grey(analysed_type(scan.grey, frame.type), {});
            return;
        }
        const box3 analysed = source_box(frame.region, own, scan.preprocess.binning);
        block.grey_hash = charged_hash(grid, voxels, input_of(scan, frame, own), analysed);
        const clip_region counted{analysed, block.mask_view(), scan.preprocess.binning};
        block.grey = preprocessed(
            [&](const box3& box) {
                return tone.changes_nothing() ? std::move(voxels)
                                              : toned(std::move(voxels), box, tone, rings, counted, block.clipped);
            },
            frame.source_extent, frame.region, own, scan.preprocess);
    });
}

/// 1 where all voxels of a cube of `binning` voxels are not 0.
template <class T>
void all_set(view3<const T> voxels, index_t binning, view3<std::uint8_t> cubes) {
    for (index_t z = 0; z < voxels.extent().z; ++z)
        for (index_t y = 0; y < voxels.extent().y; ++y) {
            const T* row = voxels.row(z, y);
            std::uint8_t* out = cubes.row(z / binning, y / binning);
            for (index_t x = 0; x < voxels.extent().x; ++x)
                out[x / binning] &= static_cast<std::uint8_t>(row[x] != T{0});
        }
}

std::unique_ptr<scan_source> open_mask(const mask_region& region, const scan_frame& frame) {
    auto source = open_source(region.source);
    if (source->extent() != frame.source_extent)
        throw input_error(source->files().empty() ? "mask" : source->files().front().path, "mask volume",
                          "another extent than the scan's", "a volume of exactly the scan's extent");
    return source;
}

/// This rank's part of the mask volume, binned, and its hash. Collective.
array3<std::uint8_t> read_mask(const mask_region& region, const scan_frame& frame, const domain& grid, index_t binning,
                               std::uint64_t& hash) {
    const auto source = agreed(grid.ranks(), [&] { return open_mask(region, frame); });
    const auto analysed = [&](const box3& own) {
        return own.empty() ? box3{} : source_box(frame.region, own, binning);
    };
    const grey_volume voxels = read_jointly(grid, *source, analysed);
    return agreed(grid.ranks(), [&] {
        hash = charged_hash(grid, voxels, analysed(grid.own()), analysed(grid.own()));
        array3<std::uint8_t> mask(grid.own().extent(), 1);
        std::visit([&](const auto& values) { all_set(values.view(), binning, mask.view()); }, voxels);
        return mask;
    });
}

/// Collective.
array3<std::uint8_t> region_mask(const scan_spec& scan, const scan_frame& frame, const domain& grid,
                                 std::uint64_t& hash) {
    const region_spec& region = scan.region;
    array3<std::uint8_t> mask;
    if (region.mask)
        mask = read_mask(*region.mask, frame, grid, scan.preprocess.binning, hash);
    if (!region.cylinder)
        return mask;
    return agreed(grid.ranks(), [&] {
        array3<std::uint8_t> both(grid.own().extent());
        if (!grid.own().empty())
            fill_region_mask(both.view(), grid.own().lo, in_volume(*region.cylinder, frame, scan.preprocess.binning),
                             region.mask ? mask.view() : view3<const std::uint8_t>());
        return both;
    });
}

/// The content key was made of what the files were when the run began: results of anything else must not bear it.
void require_same_inputs(const scan_spec& scan, const scan_frame& frame) {
    auto files = open_source(scan.source)->files();
    const auto mask_files =
        scan.region.mask ? open_source(scan.region.mask->source)->files() : std::vector<file_identity>();
    if (inputs_hash(files, mask_files) == frame.inputs)
        return;
    files.insert(files.end(), mask_files.begin(), mask_files.end());
    const auto newest = std::ranges::max_element(files, {}, &file_identity::modified_ns);
    throw input_error("scan " + scan.id, "",
                      fmt::format("input files that were changed after the start of the run (the newest is {}, of {})",
                                  newest->path, utc_text(newest->modified_ns / 1'000'000'000)),
                      "input files that stay as they are during a run; the next run computes the scan anew");
}

/// Region voxels of a block by the bins of the field.
std::vector<std::int64_t> count_by_field(view3<const std::uint8_t> mask, const box3& own, const depth_field& field) {
    std::vector<std::int64_t> counts(static_cast<std::size_t>(field.count), 0);
    for (index_t z = 0; z < own.extent().z; ++z)
        for (index_t y = 0; y < own.extent().y; ++y)
            for (index_t x = 0; x < own.extent().x; ++x)
                if (mask.data() == nullptr || mask(z, y, x) != 0)
                    ++counts[static_cast<std::size_t>(field.bin(own.lo.z + z, y, x))];
    return counts;
}

}  // namespace

scan_block load_block(const scan_spec& scan, const scan_frame& frame, const domain& grid) {
    const step_scope charged(grid.ledger(), scan_step::preprocess, grid.own().voxels());
    const grey_tone tone = settled_tone(scan, frame, grid);
    const ring_profiles rings = find_rings(scan, frame, grid);
    scan_block block;
    block.mask = region_mask(scan, frame, grid, block.mask_hash);
    block.window = tone.window;
    read_grey(scan, frame, grid, tone, rings, block);
    // After all ranks have read; one of them asks, not all at once.
    agreed(grid.ranks(), [&] {
        if (grid.ranks().root())
            require_same_inputs(scan, frame);
    });
    return block;
}

region_counts count_region(const scan_block& block, const domain& grid, const depth_bins& depth,
                           const std::optional<depth_field>& normalised) {
    const step_scope charged(grid.ledger(), scan_step::statistics);
    region_counts counts;
    counts.depth_voxels.assign(static_cast<std::size_t>(depth.count), 0);
    const box3& own = grid.own();
    const view3<const std::uint8_t> mask = block.mask_view();
    const auto add = [&](const index3& index, std::int64_t voxels) {
        const auto layer = static_cast<std::size_t>(along(index, depth.direction));
        counts.depth_voxels[static_cast<std::size_t>(depth.bin_of_layer[layer])] += voxels;
    };
    for (index_t z = 0; z < own.extent().z; ++z)
        for (index_t y = 0; y < own.extent().y; ++y) {
            const std::uint8_t* row = mask.data() == nullptr ? nullptr : mask.row(z, y);
            const index_t x_end = own.extent().x;
            if (depth.direction != axis::x) {
                add(own.lo + index3{z, y, 0}, row == nullptr ? x_end : x_end - std::count(row, row + x_end, 0));
                continue;
            }
            for (index_t x = 0; x < x_end; ++x)
                add(own.lo + index3{z, y, x}, row == nullptr || row[x] != 0 ? 1 : 0);
        }
    grid.ranks().sum(std::span(counts.depth_voxels));
    for (const std::int64_t voxels : counts.depth_voxels)
        counts.voxels += voxels;
    if (normalised) {
        counts.normalised_voxels = count_by_field(mask, own, *normalised);
        grid.ranks().sum(std::span(counts.normalised_voxels));
    }
    return counts;
}

}  // namespace tomosweep
