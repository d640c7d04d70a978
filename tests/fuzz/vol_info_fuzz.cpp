#include "fuzz/fuzz.hpp"
#include "tomosweep/io/raw_scan.hpp"
#include "tomosweep/io/vol_scan.hpp"

using namespace tomosweep;

/// The text of a PyHST2 info file, and the raw volume that it describes.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::scratch scratch;
    static const std::string voxels = scratch.write("scan.vol", std::string(64, '\0'));
    fuzz::value_or_refusal([&] {
        const io::vol_info info = io::parse_vol_info("scan.vol.info", std::string(fuzz::text_of(data, size)));
        const auto scan = io::open_raw({voxels, info.shape, info.type.value_or(dtype::float32), info.order, 0},
                                       {voxels, info.voxel_size_um});
        scan->read(whole(scan->extent()));
    });
    return 0;
}
