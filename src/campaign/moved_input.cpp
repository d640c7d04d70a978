#include "tomosweep/campaign/moved_input.hpp"

#include <array>

#include "tomosweep/campaign/provenance.hpp"
#include "tomosweep/campaign/scan_block.hpp"

namespace tomosweep {

bool recorded_hash_is_enough(const scan_spec& scan, const scan_frame& frame) {
    const bool filtered = scan.preprocess.median_radius > 0 || scan.preprocess.gaussian_sigma > 0;
    const box3 box = source_box(frame.region, whole(frame.volume), scan.preprocess.binning);
    return !scan.grey.rings && !scan.grey.normalise && (!filtered || box == whole(frame.source_extent));
}

std::vector<attribute> read_input(const communicator& ranks, const scan_spec& scan, const scan_frame& frame) {
    const domain grid(ranks, frame.volume);
    const scan_block block = load_block(scan, frame, grid);
    std::array hashes{block.grey_hash, block.mask_hash};
    ranks.sum(std::span<std::uint64_t>(hashes));
    return input_provenance(scan, frame, hashes[0], hashes[1]);
}

}  // namespace tomosweep
