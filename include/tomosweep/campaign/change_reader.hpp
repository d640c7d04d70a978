#pragma once

#include <string>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/campaign/yaml_reader.hpp"

namespace tomosweep {

/// Reads `changes:`: a list of pairs, or a mapping with `pairs`, `consecutive` and what is common to all. Reports
/// unknown scans, scans paired with themselves, pairs given twice, and scans of different voxel size after binning.
/// States that follow each other are ordered by cycle where all scans of the sample have one, then by time where all
/// have it, then by step, then as they stand in the job.
change_spec read_changes(const yaml_value& value, const std::vector<scan_spec>& scans);

/// What a pair is called in the archive: "FROM--TO".
std::string name_of(const state_pair& pair, const std::vector<scan_spec>& scans);

}  // namespace tomosweep
