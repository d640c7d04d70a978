#include <cmath>

#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/layout.hpp"

using namespace tomosweep;

/// Sizes of memory on the command line, such as 256G.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::value_or_refusal([&] {
        const double bytes = parse_bytes(fuzz::text_of(data, size), "--memory-per-node");
        require(std::isfinite(bytes) && bytes > 0, "a size is a finite number of bytes");
    });
    return 0;
}
