#pragma once

#include <string>
#include <vector>

#include "tomosweep/campaign/folder_lock.hpp"
#include "tomosweep/campaign/shard.hpp"
#include "tomosweep/core/dataset.hpp"

namespace tomosweep {

/// How far a scan has come on disk.
enum class shard_state : std::uint8_t { missing, unreadable, outdated, failed, complete };

struct shard_status {
    shard_state state = shard_state::missing;
    std::string failure;
    double seconds = 0;      ///< that the analysis took
    std::int64_t cores = 1;  ///< ranks times threads that it took them on
};

/// The results of a campaign in a folder: one shard per scan, one per pair of scans, and the merged archive. All
/// members are local.
class shard_store {
public:
    explicit shard_store(std::string directory) : directory_(std::move(directory)) {}

    /// Makes the folders, and removes what killed runs left behind. Throws resource_error when that is not allowed.
    void prepare() const;
    /// Removes the shard of a scan, and the merged archive, which would be out of date.
    void remove(const std::string& id) const;

    const std::string& directory() const { return directory_; }
    std::string shard_path(const std::string& id) const;
    std::string archive_path() const;
    /// Where the finished thresholds of an unfinished scan are kept.
    std::string checkpoint_path(const std::string& id) const;

    /// Results of a pair of scans, which is called `name`.
    std::string change_path(const std::string& name) const;
    /// Makes the folder for them. Throws resource_error when that is not allowed.
    void prepare_changes() const;
    shard_status change_status(const std::string& name, const std::string& key) const;
    /// What changed between pairs of these scans, merged in their order, as the group /changes; without variables when
    /// there is none. Results that were made from other results of the scans than those in the folder are left out.
    data_group merged_changes(const std::vector<std::string>& ids) const;

    /// What stands on disk for a scan, by its provenance, which is all that is read; `key` empty accepts any content
    /// key.
    shard_status status(const std::string& id, const std::string& key) const;
    /// The same after reading all of it: a shard that does not match its checksums is unreadable.
    shard_status sound_status(const std::string& id, const std::string& key) const;

    /// `content` as the results of a scan in the folder have it: with the volumes that were kept besides those that it
    /// names, if the results are sound and complete, so that no run gives up volumes because it does not ask for them.
    std::string held(const std::string& id, std::string content) const;

    /// Whether the folder has sound and complete results of a scan that `content` would only give other places or times
    /// of its files; whether they hold the same voxels is another question.
    bool moved(const std::string& id, const std::string& content) const;
    /// Gives such results the attributes `record` instead of their own of the same names, if they were made from
    /// `input` (see input_provenance()); says whether they were. Throws as replace_group_attributes() does.
    bool keep_moved(const std::string& id, const std::vector<attribute>& input,
                    const std::vector<attribute>& record) const;

    /// Merges the shards of these scans that exist, in this order, into the archive, adds what is derived from them and
    /// from the job of the folder's last run (see derived.hpp), and returns what it wrote. Waits for another merge, so
    /// that the archive never loses what an earlier one has seen.
    data_group merge(const std::vector<std::string>& ids, const lock_waiting& waiting = {}) const;

private:
    std::string directory_;
};

}  // namespace tomosweep
