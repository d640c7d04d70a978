#include "tomosweep/campaign/moved_input.hpp"

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
    return input_provenance(ranks, scan, frame, load_block(scan, frame, grid));
}

}  // namespace tomosweep
