#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/shard.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep {

/// Counts up with every change of an algorithm that changes a figure, so that older results are computed anew.
inline constexpr int algorithm_version = 1;

/// A phase with the thresholds that a scan really gets.
struct resolved_phase {
    std::string name;
    phase_side where = phase_side::below;
    std::string rule;            ///< threshold_meaning(); what decides where the levels are found during the analysis
    grey_thresholds thresholds;  ///< empty for a rule over the scan itself
    std::vector<double> coordinates;  ///< of the archive's threshold dimension: grey levels or offsets
    std::optional<region_spec> region = {};
    std::string inside = {};
};

/// Everything that the results of one scan depend on. Its labels (scan_labels.hpp) do not count.
struct scan_content {
    scan_spec scan;
    std::vector<file_identity> files;       ///< of the scan
    std::vector<file_identity> mask_files;  ///< of its region's mask
    std::vector<resolved_phase> phases;
    bool grouped_phases = false;
    depth_spec depth;
    double depth_extent_um = 0;  ///< of the campaign
    width_spec width_bins;       ///< resolved: see resolved_width()
    bool width = true;
    std::vector<double> resolution_limits_um;
    std::vector<int> connectivities;
    bool islets = false;
    std::optional<electrode_axes> electrode;  ///< of the campaign
    std::vector<std::string> fields;          ///< requested volumes, in any order
};

/// `content` as canonical JSON: sorted keys, shortest numbers that read back the same. Equal contents give equal texts,
/// whatever the order and the formatting of the YAML; it is archived as provenance beside the key. Where the scan
/// stands in the job file does not count.
std::string content_text(const scan_content& content);

/// 128-bit hash (XXH3) of a text, as 32 lower-case hexadecimal digits; the same on every machine.
std::string content_key(std::string_view text);

/// The key of a content text as an archive has it; "" for any other text. Earlier versions recorded the scan's labels
/// as well: they are passed over, so that results of those versions are known again. Pure.
std::string key_of_record(const std::string& text);

/// True when results of the content `held` hold all that `wanted` asks for: they differ at most by volumes that only
/// `held` keeps. Both are texts of content_text(); any other text covers nothing. Pure.
bool covers(std::string_view held, std::string_view wanted);

/// True when the texts differ, but by no more than where the files of the scan and of its mask lie and when they were
/// changed: their sizes are the same. Other texts than those of content_text() are never alike. Pure.
bool differs_by_place(std::string_view held, std::string_view wanted);

/// 64-bit hash of the names, sizes and times of change of a scan's files and of its mask's. Pure.
std::uint64_t inputs_hash(const std::vector<file_identity>& files, const std::vector<file_identity>& mask_files);

}  // namespace tomosweep
