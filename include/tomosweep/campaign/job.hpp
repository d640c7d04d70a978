#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "tomosweep/campaign/change_spec.hpp"
#include "tomosweep/campaign/grey_spec.hpp"
#include "tomosweep/campaign/study.hpp"
#include "tomosweep/core/index.hpp"
#include "tomosweep/io/source.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/kernels/preprocess.hpp"
#include "tomosweep/kernels/region.hpp"

namespace tomosweep {

/// Voxels where a second volume of the same extent is not 0.
struct mask_region {
    source_spec source;
};

/// The part of a scan that is analysed: the box, further restricted to the cylinder and to the mask where they are
/// given.
struct region_spec {
    box_region box;
    std::optional<tomosweep::cylinder> cylinder;
    std::optional<mask_region> mask;
};

/// One scan of the campaign, with `defaults:` already filled in and paths made absolute.
struct scan_spec {
    std::string id;
    std::string sample;
    std::optional<std::int64_t> cycle;
    std::string step;  ///< empty, pristine, lithiation or delithiation
    std::optional<double> capacity_mAh_per_g;
    std::optional<double> time_h;
    scan_scale scale = scan_scale::none;
    std::optional<units::length> thickness;  ///< of the electrode, measured elsewhere
    std::optional<units::area>
        field_area;            ///< of the electrode in the region, seen along the depth; else the region's own
    double voxel_size_um = 0;  ///< of the source, before binning
    source_spec source;
    region_spec region;
    grey_spec grey;  ///< of the job's `preprocess:`, what is done to grey levels before the filters
    preprocess_spec preprocess;
    int line = 0;  ///< in the job file
};

/// How a threshold follows from a histogram.
enum class threshold_rule : std::uint8_t { otsu, multi_otsu, gaussian_mixture };

/// Thresholds given as grey levels. `low` is empty unless the phase lies between two thresholds; then it pairs with
/// `high`.
struct absolute_thresholds {
    std::vector<double> high;
    std::vector<double> low;
};

/// Thresholds given as offsets, in grey levels, from what a rule yields.
struct ruled_thresholds {
    threshold_rule rule = threshold_rule::otsu;
    rule_scope scope = rule_scope::scan;
    int classes = 2;  ///< of multi-Otsu or of the mixture, 2 to 6
    int take =
        1;  ///< which of its classes - 1 thresholds, from 1; a `between` phase lies between `take` and `take` + 1
    std::vector<double> offsets{0.0};
};

using threshold_spec = std::variant<absolute_thresholds, ruled_thresholds>;

struct phase_spec {
    std::string name = "phase";
    phase_role role = phase_role::none;
    phase_side where = phase_side::below;
    std::optional<threshold_spec> threshold;  ///< overrides the sweep's
    std::optional<region_spec> region;        ///< further restricts the scans' regions; box and cylinder
    std::string inside;                       ///< the phase, earlier in the list, in which this one is looked for
    int line = 0;                             ///< in the job file
};

struct depth_spec {
    axis direction = axis::z;
    bool from_separator = false;  ///< depth counts from the last layer instead of the first
    index_t bins = 32;
};

/// Classes of the width histogram; 0 means: one voxel of the finest scan wide.
struct width_spec {
    double bin_um = 0;
    index_t bins = 64;  ///< the last one is open-ended
};

/// The electrode between its two interfaces, which are looked for along z.
struct electrode_spec {
    bool collector_last = false;  ///< the collector lies at the last layers instead of the first
    std::optional<double> collector_level, separator_level;  ///< grey levels; multi-Otsu decides where there is none
    double lateral_step_um = 0;      ///< edge of the cells that have one height each; 0: 16 voxels of the finest scan
    double collector_margin_um = 0;  ///< by how much the electrode region keeps off each interface
    double separator_margin_um = 0;
    index_t bins = 32;  ///< of normalised depth

    friend bool operator==(const electrode_spec&, const electrode_spec&) = default;
};

/// A campaign as the job file describes it.
struct job_spec {
    std::string file;
    std::string text;  ///< the YAML as read, for provenance
    std::string campaign;
    std::vector<scan_spec> scans;
    std::vector<phase_spec> phases;
    bool grouped_phases = false;  ///< `phases:` was used, so every phase gets a group of its own
    depth_spec depth;
    width_spec width;
    study_spec study;
    change_spec changes;
    std::optional<electrode_spec> electrode;  ///< without it the whole region counts
};

/// What is varied. An absent sweep file means Otsu per scan and resolution limits of 1 to 8 voxels of the finest scan.
struct sweep_spec {
    std::string file;
    std::string text;
    threshold_spec threshold = ruled_thresholds{};
    int threshold_line = 0;                    ///< in the sweep file
    std::vector<double> resolution_limits_um;  ///< ascending; empty means the default set
    std::vector<int> connectivities{6, 26};
    bool width =
        true;  ///< false: no distances and widths, only what the class volume yields (curves of many thresholds)
};

/// Reads and validates a job file. Throws job_error, which lists every problem with line, key, what was found, what is
/// accepted, and the nearest known key. Looks at no scan: inspect_campaign() does. Local.
job_spec load_job(const std::string& path);
sweep_spec load_sweep(const std::string& path);

/// The same from a text that is at hand already, such as one that another rank has read; `path` is for messages, and
/// the paths of a job count from its folder.
job_spec parse_job(const std::string& text, const std::string& path);
sweep_spec parse_sweep(const std::string& text, const std::string& path);

/// Resolution limits to use: the sweep's, or 1 to 8 voxels of the finest scan after binning, or 0 alone without widths.
std::vector<double> resolution_limits_um(const job_spec& job, const sweep_spec& sweep);

/// The job's width classes, with one voxel of the finest scan after binning as the bin where the job says nothing.
width_spec resolved_width(const job_spec& job);

/// The job's electrode with the step of its lateral cells, or nothing.
std::optional<electrode_spec> resolved_electrode(const job_spec& job);

}  // namespace tomosweep
