#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/thresholds.hpp"

using namespace tomosweep;

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::value_or_refusal([&] {
        const sweep_spec sweep = parse_sweep(std::string(fuzz::text_of(data, size)), "sweep.yaml");
        threshold_coordinate(sweep.threshold);
        threshold_meaning(sweep.threshold);
    });
    return 0;
}
