#include "fuzz/fuzz.hpp"
#include "tomosweep/io/tiff_scan.hpp"

using namespace tomosweep;

/// A TIFF file: directories, ImageJ's description, and the first pixels of scans small enough to be decoded.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const fuzz::scratch scratch;
    const std::string path = scratch.write("scan.tif", fuzz::text_of(data, size));
    fuzz::value_or_refusal([&] {
        const auto scan = open_tiff({path});
        scan->problems();
        const extent3 extent = scan->extent();
        constexpr index_t most_pixels = 1 << 22;
        if (extent.y * extent.x <= most_pixels)
            scan->read(intersection({{}, {2, 32, 32}}, whole(extent)));
    });
    return 0;
}
