#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/phantom_job.hpp"
#include "tomosweep/campaign/thresholds.hpp"

using namespace tomosweep;

/// A job file; a sound one is also written out again, as `tomosweep phantom` does, and must then still be sound.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::value_or_refusal([&] {
        const job_spec job = parse_job(std::string(fuzz::text_of(data, size)), "job.yaml");
        resolution_limits_um(job, {});
        resolved_width(job);
        std::vector<source_spec> sources;
        for (const scan_spec& scan : job.scans) {
            sources.emplace_back(raw_source{"scan.raw", {1, 2, 3}, dtype::uint8, byte_order::little, 0});
            fuzz::value_or_refusal([&] { frame_of(scan, {1000, 2000, 3000}, dtype::uint8, job.file); });
        }
        const job_spec again = parse_job(job_with_sources(job, sources), "job.yaml");
        require(again.scans.size() == job.scans.size(), "a job survives being written");
    });
    return 0;
}
