#include "tomosweep/campaign/campaign_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "tomosweep/archive/difference.hpp"
#include "tomosweep/archive/merge.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/campaign/derived.hpp"
#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/campaign/shard_store.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

namespace fs = std::filesystem;

class campaign_check {
public:
    campaign_check(const std::string& directory, const file_watcher& watcher)
        : store_(directory), watcher_(watcher), record_(read_record(directory)) {}

    std::vector<std::string> run() {
        const fs::path top = store_.directory();
        for (const fs::path& folder : {top, top / "scans", top / "changes"})
            read_files(folder);
        require_all_scans();
        if (findings_.empty())
            compare_campaign();
        return std::move(findings_);
    }

private:
    void read_files(const fs::path& folder) {
        std::vector<fs::path> files;
        std::error_code code;
        for (const fs::directory_entry& entry : fs::directory_iterator(folder, code))
            files.push_back(entry.path());
        std::ranges::sort(files);
        for (const fs::path& file : files) {
            const std::string name = file.filename().string();
            if (name.starts_with(".") && name.find(".partial-") != std::string::npos)
                findings_.push_back(
                    fmt::format("{}: a temporary file, of a run that goes on or was killed; the next run removes it",
                                file.string()));
            else if (name.ends_with(".h5"))
                read_file(file.string());
        }
    }

    void read_file(const std::string& path) {
        const verification found = verify_file(path);
        for (const std::string& finding : found.findings)
            findings_.push_back(finding.starts_with(path) ? finding : fmt::format("{}: {}", path, finding));
        watcher_(path, found);
    }

    void require_all_scans() {
        for (const run_record::scan& scan : record_.scans)
            if (!fs::exists(store_.shard_path(scan.id)))
                findings_.push_back(fmt::format("{}: scan {} has no results", store_.directory(), scan.id));
        if (!fs::exists(store_.archive_path()))
            findings_.push_back(fmt::format("{}: missing; `tomosweep merge` builds it", store_.archive_path()));
    }

    /// Only when all files are sound: what is damaged has been said already.
    void compare_campaign() {
        data_group campaign = without_derived(read_netcdf(store_.archive_path()));
        if (data_group* changes = find_named(campaign.groups, schema::changes))
            add_limit_axis(*changes);
        const variable* scan = find_named(campaign.variables, schema::scan);
        const auto* ids = scan == nullptr ? nullptr : std::get_if<std::vector<std::string>>(&scan->values);
        if (ids == nullptr) {
            findings_.push_back(fmt::format("{}: names no scans", store_.archive_path()));
            return;
        }
        std::vector<data_group> shards;
        for (const std::string& id : *ids)
            if (fs::exists(store_.shard_path(id)))
                shards.push_back(read_netcdf(store_.shard_path(id)));
            else
                findings_.push_back(fmt::format("{}: scan {} has no shard", store_.archive_path(), id));
        for (const run_record::scan& each : record_.scans)
            if (!each.key.empty() && std::ranges::find(*ids, each.id) == ids->end() &&
                store_.status(each.id, each.key).state != shard_state::outdated)
                findings_.push_back(fmt::format("{}: lacks scan {}", store_.archive_path(), each.id));
        if (findings_.empty())
            compare(campaign, std::move(shards), *ids);
    }

    void compare(const data_group& campaign, std::vector<data_group> shards, const std::vector<std::string>& ids) {
        try {
            data_group merged = merge_scans(std::move(shards));
            if (data_group changes = store_.merged_changes(ids); !changes.variables.empty())
                merged.groups.push_back(std::move(changes));
            // Shards may be of an earlier schema than what was merged from them.
            std::erase_if(merged.attributes,
                          [](const attribute& each) { return each.name == schema::version_attribute; });
            for (const difference& each : differences(campaign, without_derived(std::move(merged))))
                findings_.push_back(fmt::format("{}: {}, in the shards; `tomosweep merge` builds it anew",
                                                store_.archive_path(), each.sentence()));
        } catch (const input_error& failure) {
            findings_.emplace_back(failure.what());
        }
    }

    shard_store store_;
    const file_watcher& watcher_;
    run_record record_;
    std::vector<std::string> findings_;
};

}  // namespace

std::vector<std::string> check_campaign(const std::string& directory, const file_watcher& watcher) {
    return campaign_check(directory, watcher).run();
}

}  // namespace tomosweep
