#include "tomosweep/campaign/shard_store.hpp"

#include <filesystem>
#include <system_error>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/merge.hpp"
#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/archive/schema.hpp"
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

shard_status status_of(const std::vector<attribute>& provenance, const std::string& key) {
    if (!key.empty() && value_of(provenance, content_key_attribute, std::string()) != key)
        return {shard_state::outdated, {}};
    std::string failure = value_of(provenance, "failure", std::string());
    const shard_state state = failure.empty() ? shard_state::complete : shard_state::failed;
    return {state, std::move(failure), value_of(provenance, seconds_attribute, 0.0),
            value_of(provenance, "ranks", std::int64_t{1}) * value_of(provenance, "threads_per_rank", std::int64_t{1})};
}

}  // namespace

void shard_store::prepare() const {
    std::error_code failure;
    fs::create_directories(fs::path(directory_) / "scans", failure);
    if (failure)
        throw resource_error("rights or space", directory_ + " cannot be made: " + failure.message());
    write_file_whole((fs::path(directory_) / "scans" / ".writable").string(), "");
    fs::remove(fs::path(directory_) / "scans" / ".writable", failure);
    remove_partial_files(directory_);
    for (const char* folder : {"scans", "checkpoints", "failures"})
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
    if (!fs::exists(shard_path(id)))
        return {};
    try {
        return status_of(read_group_attributes(shard_path(id), "/process/" + id), key);
    } catch (const error&) {
        return {shard_state::unreadable, {}};
    }
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

data_group shard_store::merge(const std::vector<std::string>& ids, const lock_waiting& waiting) const {
    const folder_lock lock(directory_, lock_of_this_process(lock_role::merge, {}), waiting);
    std::vector<data_group> shards;
    for (const std::string& id : ids)
        if (fs::exists(shard_path(id)))
            shards.push_back(read_sound_netcdf(shard_path(id)));
    if (shards.empty())
        throw input_error(directory_, "scans", "no finished scan", "a folder that a run has filled");
    data_group archive = merge_scans(shards);
    // Shards may be of earlier schemas; what is written now is of this one.
    std::erase_if(archive.attributes, [](const attribute& each) { return each.name == schema::version_attribute; });
    archive.attributes.push_back({schema::version_attribute, schema::version});
    write_netcdf(archive_path(), archive);
    return archive;
}

}  // namespace tomosweep
