#pragma once

#include <vector>

#include "tomosweep/campaign/job.hpp"
#include "tomosweep/core/histogram.hpp"
#include "tomosweep/kernels/classify.hpp"

namespace tomosweep {

/// The grey levels that a threshold spec stands for in one scan, one per point of the threshold axis; `low` only for
/// phases between two grey levels.
struct grey_thresholds {
    std::vector<double> high;
    std::vector<double> low;

    friend bool operator==(const grey_thresholds&, const grey_thresholds&) = default;
};

struct resolved_thresholds {
    grey_thresholds levels;
    std::string report;  ///< of a Gaussian mixture: its modes and whether the fit converged; empty for other rules
};

/// Grey levels of `spec`; a rule is applied to `histogram`, which holds the scans of its scope. Throws input_error when
/// the histogram holds a single grey level. Pure.
resolved_thresholds resolve(const threshold_spec& spec, phase_side where, const grey_histogram& histogram);

/// Levels that are known before the scan is read: none for a rule over the scan itself, for which `pooled` has no
/// counts. Throws as resolve() does. Pure.
grey_thresholds known_levels(const threshold_spec& spec, phase_side where, const grey_histogram& pooled);

/// Coordinate of the threshold axis, the same for every scan: grey levels, or offsets from the rule. Pure.
std::vector<double> threshold_coordinate(const threshold_spec& spec);

/// What the coordinate means, as its long_name. Pure.
std::string threshold_meaning(const threshold_spec& spec);

/// Thresholds whose phases are nested, so that one class volume holds them all.
struct threshold_chain {
    phase_chain classes;
    std::vector<std::size_t> threshold;  ///< point of the threshold axis by phase of the chain
};

/// As few chains as hold all thresholds: one, unless there are more than max_phases or several lower grey levels. Pure.
std::vector<threshold_chain> chains_of(phase_side where, const grey_thresholds& thresholds);

}  // namespace tomosweep
