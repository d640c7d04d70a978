#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tomosweep/core/quantity.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"
#include "tomosweep/descriptors/gas.hpp"

namespace tomosweep {

/// What a phase is in the electrode; decides which figures of the study are derived from it.
enum class phase_role : std::uint8_t { none, crack, gas, sei_rich, solid, separator };

/// What a scan shows: cracks between islets, or pores and cracks within them.
enum class scan_scale : std::uint8_t { none, micro, nano };

/// A specimen beyond its scans.
struct sample_spec {
    std::string name;
    std::optional<units::areal_mass> silicon_loading;
    std::optional<units::length> electrode_diameter;
    std::optional<units::mass> silicon_mass;  ///< in the cell; otherwise loading times the disc of that diameter
    silicon_electrode electrode;
    units::specific_capacity theoretical_capacity = silicon_capacity;
    std::optional<units::specific_volume> binder_volume;
    std::optional<units::length> binder_thickness;
    std::optional<double> separator_porosity;
    std::string reference_scan;  ///< id of the state that changes are counted from; empty: the first pristine one
    int line = 0;                ///< in the job file

    /// Silicon in the cell, when it is known.
    std::optional<units::mass> cell_silicon() const;
};

/// A cycler's table and the scans that it belongs to: those of `sample`, or of them only `scans`.
struct electrochemistry_spec {
    std::string sample;
    std::string path;  ///< absolute
    std::vector<std::string> scans;
    bool lithiation_is_negative = true;
    std::optional<std::int64_t> first_cycle;
    double time_offset_h = 0;  ///< added to the scans' time_h to get the table's
    std::string key;           ///< path of the entry, for messages
    int line = 0;
};

/// A solid that is taken to form with the gas; names the figure volume_of_NAME_cm3_per_g.
struct gas_product {
    std::string name;
    solid_product solid;
};

struct gas_spec {
    units::molar_volume molar = gas_molar_volume;
    double electrons = 2;
    std::vector<gas_product> products{
        {"Li2CO3", lithium_carbonate}, {"LiF", lithium_fluoride}, {"CH2CHO", fluoride_partner}};
};

/// Resolution limits for Eq. 3; without them four voxels of each scan.
struct scales_spec {
    std::optional<units::length> macro_limit, micro_limit;
};

/// What the formulas of the study take from the job. Applied when the archive is merged: no voxel depends on it.
struct study_spec {
    std::vector<sample_spec> samples;
    std::vector<electrochemistry_spec> electrochemistry;
    gas_spec gas;
    double onset_fraction = 0.01;  ///< crack volume fraction that counts as cracked
    scales_spec scales;

    /// The sample of that name, or one that says nothing.
    sample_spec sample(const std::string& name) const;
};

}  // namespace tomosweep
