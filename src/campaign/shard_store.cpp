#include "tomosweep/campaign/shard_store.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <optional>
#include <system_error>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/merge.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/derived.hpp"
#include "tomosweep/campaign/run_record.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

namespace fs = std::filesystem;

/// The attribute called `name`, or `otherwise`.
template <class T>
T value_of(const std::vector<attribute>& attributes, const char* name, T otherwise) {
    const attribute* found = find_named(attributes, name);
    const T* value = found == nullptr ? nullptr : std::get_if<T>(&found->value);
    return value == nullptr ? otherwise : *value;
}

bool has_key(const std::vector<attribute>& provenance, const std::string& key) {
    return value_of(provenance, content_key_attribute, std::string()) == key ||
           key_of_record(value_of(provenance, content_attribute, std::string())) == key;
}

shard_status status_of(const std::vector<attribute>& provenance, const std::string& key) {
    if (!key.empty() && !has_key(provenance, key))
        return {shard_state::outdated, {}};
    std::string failure = value_of(provenance, "failure", std::string());
    const shard_state state = failure.empty() ? shard_state::complete : shard_state::failed;
    return {state, std::move(failure), value_of(provenance, seconds_attribute, 0.0),
            value_of(provenance, "ranks", std::int64_t{1}) * value_of(provenance, "threads_per_rank", std::int64_t{1})};
}

/// The job that the scans are to be seen with: that of the last run, or in folders of older versions that of a scan.
/// Nothing when there is none that can be read, as in a folder of shards alone.
std::optional<job_spec> job_of(const std::string& directory, const data_group& archive) {
    try {
        const run_record record = read_record(directory);
        if (!record.job_text.empty())
            return parse_job(record.job_text, record.job_file);
        const data_group* process = find_named(archive.groups, "process");
        if (process == nullptr || process->groups.empty())
            return std::nullopt;
        const std::vector<attribute>& provenance = process->groups.back().attributes;
        const std::string text = value_of(provenance, "job", std::string());
        return parse_job(text, value_of(provenance, "job_file", std::string("job.yaml")));
    } catch (const input_error&) {
        return std::nullopt;
    }
}

/// What stands in the file at `path` about the scan or pair called `name`.
shard_status status_in(const std::string& path, const std::string& name, const std::string& key) {
    if (!fs::exists(path))
        return {};
    try {
        return status_of(read_group_attributes(path, "/process/" + name), key);
    } catch (const error&) {
        return {shard_state::unreadable, {}};
    }
}

void make_folder(const std::string& path) {
    std::error_code failure;
    fs::create_directories(path, failure);
    if (failure)
        throw resource_error("rights or space", path + " cannot be made: " + failure.message());
}

/// The only name in a coordinate of one pair's file.
std::string only_text(const data_group& group, const char* name) {
    const auto& texts = values_of<std::string>(group, name);
    return texts.empty() ? std::string() : texts.front();
}

}  // namespace

void shard_store::prepare() const {
    make_folder((fs::path(directory_) / "scans").string());
    std::error_code failure;
    write_file_whole((fs::path(directory_) / "scans" / ".writable").string(), "");
    fs::remove(fs::path(directory_) / "scans" / ".writable", failure);
    remove_partial_files(directory_);
    for (const char* folder : {"scans", "changes", "checkpoints", "failures"})
        remove_partial_files((fs::path(directory_) / folder).string());
}

void shard_store::remove(const std::string& id) const {
    std::error_code ignored;
    fs::remove(shard_path(id), ignored);
    fs::remove(fs::path(shard_path(id)).replace_extension(".xmf"), ignored);
    fs::remove(archive_path(), ignored);
    fs::remove(checkpoint_path(id), ignored);
}

std::string shard_store::shard_path(const std::string& id) const {
    return (fs::path(directory_) / "scans" / (id + ".h5")).string();
}

std::string shard_store::checkpoint_path(const std::string& id) const {
    return (fs::path(directory_) / "checkpoints" / (id + ".h5")).string();
}

std::string shard_store::archive_path() const {
    return (fs::path(directory_) / "campaign.h5").string();
}

shard_status shard_store::status(const std::string& id, const std::string& key) const {
    return status_in(shard_path(id), id, key);
}

std::string shard_store::change_path(const std::string& name) const {
    return (fs::path(directory_) / "changes" / (name + ".h5")).string();
}

void shard_store::prepare_changes() const {
    make_folder((fs::path(directory_) / "changes").string());
}

shard_status shard_store::change_status(const std::string& name, const std::string& key) const {
    return status_in(change_path(name), name, key);
}

data_group shard_store::merged_changes(const std::vector<std::string>& ids) const {
    std::vector<data_group> pairs;
    for (const std::string& from : ids)
        for (const std::string& to : ids) {
            const std::string name = fmt::format("{}--{}", from, to);
            if (!fs::exists(change_path(name)))
                continue;
            data_group pair = read_sound_netcdf(change_path(name));
            const auto provenance = read_group_attributes(change_path(name), "/process/" + name);
            const auto made_from = [&](const char* key, const std::string& id) {
                return status(id, value_of(provenance, key, std::string())).state == shard_state::complete;
            };
            // Ids may hold what stands between them.
            const bool named = only_text(pair, "from") == from && only_text(pair, "to") == to;
            if (named && made_from(from_key_attribute, from) && made_from(to_key_attribute, to))
                pairs.push_back(std::move(pair));
        }
    data_group changes = merge_pairs(std::move(pairs));
    changes.name = schema::changes;
    changes.attributes.clear();
    return changes;
}

shard_status shard_store::sound_status(const std::string& id, const std::string& key) const {
    shard_status found = status(id, key);
    if (found.state != shard_state::complete)
        return found;
    try {
        read_sound_netcdf(shard_path(id));
        return found;
    } catch (const error&) {
        return {shard_state::unreadable, {}};
    }
}

std::string shard_store::held(const std::string& id, std::string content) const {
    if (!fs::exists(shard_path(id)))
        return content;
    try {
        std::string more =
            value_of(read_group_attributes(shard_path(id), "/process/" + id), content_attribute, content);
        const bool known = more != content && covers(more, content);
        return known && sound_status(id, content_key(more)).state == shard_state::complete ? more : content;
    } catch (const error&) {
        return content;
    }
}

bool shard_store::moved(const std::string& id, const std::string& content) const {
    if (!fs::exists(shard_path(id)))
        return false;
    try {
        const std::string held =
            value_of(read_group_attributes(shard_path(id), "/process/" + id), content_attribute, std::string());
        return differs_by_place(held, content) && sound_status(id, {}).state == shard_state::complete;
    } catch (const error&) {
        return false;
    }
}

bool shard_store::keep_moved(const std::string& id, const std::vector<attribute>& input,
                             const std::vector<attribute>& record) const {
    const std::string place = "/process/" + id;
    std::vector<attribute> held = read_group_attributes(shard_path(id), place);
    for (const attribute& now : input)
        if (const attribute* then = find_named(held, now.name); then == nullptr || then->value != now.value)
            return false;
    for (attribute& each : held)
        if (const attribute* changed = find_named(record, each.name))
            each.value = changed->value;
    replace_group_attributes(shard_path(id), place, held);
    return true;
}

data_group shard_store::merge(const std::vector<std::string>& ids, const lock_waiting& waiting) const {
    const folder_lock lock(directory_, lock_of_this_process(lock_role::merge, {}), waiting);
    std::vector<data_group> shards;
    for (const std::string& id : ids)
        if (fs::exists(shard_path(id)))
            shards.push_back(read_sound_netcdf(shard_path(id)));
    if (shards.empty())
        throw input_error(directory_, "scans", "no finished scan", "a folder that a run has filled");
    data_group archive = merge_scans(std::move(shards));
    if (data_group changes = merged_changes(ids); !changes.variables.empty())
        archive.groups.push_back(std::move(changes));
    // Shards may be of earlier schemas; what is written now is of this one.
    std::erase_if(archive.attributes, [](const attribute& each) { return each.name == schema::version_attribute; });
    archive.attributes.push_back({schema::version_attribute, schema::version});
    if (const auto job = job_of(directory_, archive))
        add_derived(archive, *job);
    write_netcdf(archive_path(), archive);
    return archive;
}

}  // namespace tomosweep
