#pragma once

#include <filesystem>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Keys at the top of a job that describe the study rather than its volumes.
inline constexpr std::string_view study_keys[] = {"samples", "electrochemistry", "gas", "crack_onset", "scales"};

/// Reads them into `job.study`; the scans have been read already. Paths count from `folder`. Reports what is wrong.
void read_study(const yaml_map& map, const std::filesystem::path& folder, job_spec& job);

/// Reads what a scan says for the study: scale, thickness_um, field_area_um2.
void read_study_keys(const yaml_map& map, scan_spec& scan);

/// The role of a phase: what it says, or what its name says.
phase_role read_role(const yaml_map& map, const std::string& name);

}  // namespace tomosweep
