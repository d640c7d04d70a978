#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/electrochemistry.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/unknown.hpp"

/// Parts of add_derived(), one file each.
namespace tomosweep::derivation {

inline constexpr const char* mark = "derived";

/// Adds a derived variable, unless no value is known. NaN gets the same bits everywhere.
void add(data_group& group, const std::string& name, const std::vector<std::string>& dimensions, variable_values values,
         const std::string& units, const std::string& long_name);

/// A group that is derived as a whole, with a dimension and its coordinate of texts.
data_group group_over(const std::string& name, const std::string& dimension, std::vector<std::string> coordinate,
                      const std::string& long_name);

/// Copies a dimension and its coordinate, so that `to` can be opened alone.
void copy_axis(const data_group& from, data_group& to, const std::string& name);

/// One scan of the archive as a state of its sample. Numbers are NaN where nothing is known.
struct state {
    std::string id, sample, step;
    std::int64_t cycle = -1;
    double time_h = unknown, capacity = unknown, voxel_um = unknown;
    std::string capacity_source;      ///< job, electrochemistry, or empty
    const scan_spec* scan = nullptr;  ///< nullptr when the job no longer has it
    std::optional<cycling_state> cycling;
    std::size_t cell = 0;
    const cycle_summary* summary = nullptr;
    std::optional<std::size_t> previous;  ///< the state before it, of the same sample and voxel size
    double passed = unknown;              ///< mAh/g since then
    double thickness_um = unknown, reference_um = unknown;
    std::optional<std::size_t> reference;  ///< the state of its sample that thickness changes are counted from
    double highest_um = unknown;           ///< of the cycle, up to this state
    bool ends_step = false;                ///< no state of its cycle and step has more capacity, or comes later

    double expansion() const { return thickness_um / reference_um - 1; }
    bool nano() const { return scan != nullptr && scan->scale == scan_scale::nano; }
};

struct campaign_states {
    std::vector<state> scans;  ///< in the order of the archive
    std::vector<std::vector<std::size_t>>
        series;  ///< scans of one sample and voxel size in order of time; no nano fields
    joined_electrochemistry electrochemistry;
};

/// Capacities, thicknesses and the order of states.
campaign_states states_of(const data_group& campaign, const job_spec& job);

/// A group of figures with its phase, and the size of its axes. The group is the campaign's root or one in it, and
/// grows: its variables are looked up anew after every addition.
struct figure_group {
    data_group& group;
    const phase_spec& phase;
    const data_group& campaign;
    std::size_t scans, thresholds, limits;

    const std::vector<double>& figure(std::string_view name) const { return values_of<double>(group, name); }
    std::size_t point(std::size_t scan, std::size_t threshold, std::size_t limit) const {
        return (scan * thresholds + threshold) * limits + limit;
    }
    /// The figure at a point; NaN when there is no such figure.
    double at(std::string_view name, std::size_t scan, std::size_t threshold, std::size_t limit) const {
        const std::vector<double>& all = figure(name);
        return all.empty() ? unknown : all[point(scan, threshold, limit)];
    }
    /// Volume of the phase, um3; NaN where the point failed.
    double volume_um3(std::size_t scan, std::size_t threshold, std::size_t limit) const;
    /// Volume of the region, um3.
    double region_um3(std::size_t scan) const;
};

/// Voxels by local thickness of one threshold of one scan, from /tables.
struct thickness_rows {
    std::vector<double> width_um, voxels;
};
std::optional<thickness_rows> thickness_of(const figure_group& figures, const state& scan, std::size_t threshold);

void add_scan_variables(data_group& group, const campaign_states& states, const job_spec& job);
/// The electrode's thickness map less that of the reference state, at the root.
void add_thickness_change_map(data_group& campaign, const campaign_states& states);
/// Mean and spread of that map, in any group of figures.
void add_thickness_changes(data_group& group, const data_group& campaign, const campaign_states& states);
void add_changes(const figure_group& figures, const campaign_states& states);
void add_onset(const figure_group& figures, const campaign_states& states, double fraction);
void add_phase_volumes(const figure_group& figures, const campaign_states& states, const job_spec& job);
void add_porosity(const figure_group& figures, const campaign_states& states, const scales_spec& scales);
data_group cycles_group(const joined_electrochemistry& electrochemistry);

}  // namespace tomosweep::derivation
