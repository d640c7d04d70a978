#include <filesystem>

#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/run_record.hpp"

// Apart from reading and writing, which know nothing of plans.
namespace tomosweep {

run_record record_of(const campaign_plan& plan, const std::string& command, const std::vector<std::string>& contents) {
    run_record record{plan.job.campaign, plan.job.file, plan.sweep.file, command, {}};
    record.job_text = plan.job.text;
    record.job_file = std::filesystem::absolute(plan.job.file).string();
    for (std::size_t i = 0; i < plan.scans.size(); ++i)
        record.scans.push_back(
            {plan.job.scans[i].id, work_of(plan, i), contents.empty() ? "" : content_key(contents[i])});
    return record;
}

}  // namespace tomosweep
