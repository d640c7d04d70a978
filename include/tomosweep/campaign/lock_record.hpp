#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/core/process.hpp"

namespace tomosweep {

/// What somebody does with an output folder.
enum class lock_role : std::uint8_t { run, shard, merge };

/// Who holds an output folder, and for what.
struct lock_record {
    lock_role role = lock_role::run;
    std::size_t shard_index = 0, shard_count = 1;  ///< of a shard, from 0
    std::string campaign;
    process_identity process;
    std::string slurm_job;            ///< number and cluster; empty outside SLURM
    std::int64_t slurm_restarts = 0;  ///< how often SLURM has started the job again
    std::string since;                ///< UTC, for people
    std::int64_t beat_ms = 0;         ///< a living holder counts its beats so often; 0 when it does not say
};

/// The record of this process. Local.
lock_record lock_of_this_process(lock_role role, std::string campaign, std::size_t shard_index = 0,
                                 std::size_t shard_count = 1);

/// Whether two holders must not be at work in one folder at the same time. Runs exclude each other; array parts of one
/// campaign and of one number of parts do not, unless they are the same part; merges exclude merges only. Pure.
bool exclude(const lock_record& a, const lock_record& b);

/// "a run of campaign C by process 12 on host n1, SLURM job 7 of cluster, since ...". Pure.
std::string sentence(const lock_record& record);

/// A lock as it stands in a folder. A lock that cannot be read counts as that of an unknown run.
struct lock_file {
    std::string path;
    std::optional<lock_record> record;
    std::int64_t beats = 0;  ///< counted up by a living holder; 0 as long as it only claims the folder
    std::string text;        ///< all of the file
};

/// The locks of a folder, ordered by name; one that vanishes meanwhile is left out. Local.
std::vector<lock_file> locks_in(const std::string& directory);

/// A name in `directory` that no other lock has. Local.
std::string new_lock_path(const std::string& directory, const process_identity& process);

/// Text of a lock file; its last `beat_digits` characters before the end of the line are the number of beats. Pure.
std::string lock_text(const lock_record& record, std::int64_t beats);
inline constexpr std::size_t beat_digits = 20;
/// Number of beats as it stands in the text, with its end of line. Pure.
std::string beat_text(std::int64_t beats);

/// Whether the holder is known to be gone: its process has ended on this machine, or SLURM has started its job, of
/// which this process is a part, again. Nothing is known of other machines. Local.
process_life life_of(const lock_file& lock, const lock_record& asking);

}  // namespace tomosweep
