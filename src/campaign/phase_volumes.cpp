#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "derivation.hpp"
#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/descriptors/electrode_formulas.hpp"
#include "tomosweep/descriptors/gas.hpp"
#include "tomosweep/descriptors/resolution_limit.hpp"

namespace tomosweep::derivation {
namespace {

/// The analysed box of a scan in its source's voxels, from its provenance.
std::optional<box3> box_of(const data_group& campaign, const state& one) {
    const data_group* process = find_named(campaign.groups, "process");
    const data_group* scan = process == nullptr ? nullptr : find_named(process->groups, one.id);
    const attribute* held = scan == nullptr ? nullptr : find_named(scan->attributes, "input_box");
    const auto* text = held == nullptr ? nullptr : std::get_if<std::string>(&held->value);
    if (text == nullptr)
        return std::nullopt;
    try {
        const auto ranges = nlohmann::json::parse(*text).get<std::vector<std::array<index_t, 2>>>();
        return box3{{ranges.at(0)[0], ranges.at(1)[0], ranges.at(2)[0]},
                    {ranges.at(0)[1], ranges.at(1)[1], ranges.at(2)[1]}};
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

/// Extent of a scan's box along the depth after binning, um.
double depth_um(const data_group& campaign, const state& one, axis direction) {
    const auto box = one.scan == nullptr ? std::nullopt : box_of(campaign, one);
    if (!box)
        return unknown;
    const index_t source_layers = along(box->hi, direction) - along(box->lo, direction);
    const index_t layers = source_layers / std::max<index_t>(1, one.scan->preprocess.binning);
    return static_cast<double>(layers) * one.voxel_um;
}

/// Columns along the axis of a cylinder whose middle lies in it, within a box.
index_t columns_within(const cylinder& shape, const box3& box) {
    const axis rows = shape.direction == axis::z ? axis::y : axis::z;
    const axis cells = shape.direction == axis::x ? axis::y : axis::x;
    index_t count = 0;
    for (index_t row = along(box.lo, rows); row < along(box.hi, rows); ++row) {
        const double away = static_cast<double>(row) + 0.5 - shape.center[0];
        const double half_sq = shape.radius * shape.radius - away * away;
        if (half_sq < 0)
            continue;
        const double middle = shape.center[1] - 0.5, half = std::sqrt(half_sq);
        const auto first = static_cast<index_t>(std::ceil(std::max(middle - half, -1e15)));
        const auto last = static_cast<index_t>(std::floor(std::min(middle + half, 1e15)));
        count += std::max<index_t>(0, std::min(last + 1, along(box.hi, cells)) - std::max(first, along(box.lo, cells)));
    }
    return count;
}

/// Area of a scan's region seen along the depth, in voxels of its source; of a mask, or of a cylinder that lies,
/// nothing.
std::optional<double> lateral_voxels(const scan_spec& scan, const box3& box, axis direction) {
    const std::optional<cylinder>& round = scan.region.cylinder;
    if (scan.region.mask || (round && round->direction != direction))
        return std::nullopt;
    if (round)
        return static_cast<double>(columns_within(*round, box));
    double area = 1;
    for (const axis across : {axis::z, axis::y, axis::x})
        area *= across == direction ? 1 : static_cast<double>(along(box.hi, across) - along(box.lo, across));
    return area;
}

/// Silicon that a scan's field stands for.
class field_silicon {
public:
    field_silicon(const data_group& campaign, const job_spec& job) : campaign_(campaign), job_(job) {}

    /// Under the whole area of the field, as gas in the separator above it is counted; mg.
    double under_area_mg(const state& one, std::size_t scan) const {
        const sample_spec sample = job_.study.sample(one.sample);
        if (!sample.silicon_loading || one.scan == nullptr)
            return unknown;
        return silicon_mass(*sample.silicon_loading, lateral_um2(one, scan) * units::um2) / units::mg;
    }

    /// In the part of the electrode's depth that the field covers.
    double within_field_mg(const state& one, std::size_t scan) const {
        const double depth = depth_um(campaign_, one, job_.depth.direction);
        const bool part = !std::isnan(depth) && depth < one.thickness_um;
        return under_area_mg(one, scan) * (part ? depth / one.thickness_um : 1);
    }

private:
    double lateral_um2(const state& one, std::size_t scan) const {
        if (one.scan->field_area)
            return *one.scan->field_area / units::um2;
        const auto box = box_of(campaign_, one);
        if (const auto area = box ? lateral_voxels(*one.scan, *box, job_.depth.direction) : std::nullopt)
            return *area * one.scan->voxel_size_um * one.scan->voxel_size_um;
        const auto& voxels = values_of<std::int64_t>(campaign_, "region_voxels");
        if (scan >= voxels.size() || voxels[scan] == 0)
            return unknown;
        return static_cast<double>(voxels[scan]) * std::pow(one.voxel_um, 3) /
               depth_um(campaign_, one, job_.depth.direction);
    }

    const data_group& campaign_;
    const job_spec& job_;
};

/// Calls `value(scan, threshold, limit)` for every point.
template <class Value>
void add_points(const figure_group& figures, const std::string& name, const char* units, const std::string& long_name,
                Value&& value) {
    std::vector<double> all;
    for (std::size_t scan = 0; scan < figures.scans; ++scan)
        for (std::size_t threshold = 0; threshold < figures.thresholds; ++threshold)
            for (std::size_t limit = 0; limit < figures.limits; ++limit)
                all.push_back(value(scan, threshold, limit));
    add(figures.group, name, {schema::scan, schema::threshold, schema::resolution_limit}, std::move(all), units,
        long_name);
}

/// A sample's parameter by scan, NaN where it is not given.
template <class Quantity>
std::vector<double> parameter(const campaign_states& states, const job_spec& job,
                              std::optional<Quantity> sample_spec::*part, Quantity unit) {
    std::vector<double> all;
    for (const state& one : states.scans) {
        const auto given = job.study.sample(one.sample).*part;
        all.push_back(given ? double(*given / unit) : unknown);
    }
    return all;
}

/// Standard deviation of the local thickness over the phase's volume.
double deviation_um(const thickness_rows& rows, double voxel_um, double limit_um) {
    double voxels = 0, sum = 0, squares = 0;
    const double smallest =
        2 * std::sqrt(static_cast<double>(smallest_resolved_radius_sq(limit_um, voxel_um))) * voxel_um;
    for (std::size_t row = 0; row < rows.voxels.size(); ++row)
        if (rows.width_um[row] >= smallest) {
            voxels += rows.voxels[row];
            sum += rows.voxels[row] * rows.width_um[row];
        }
    const double mean = sum / voxels;
    for (std::size_t row = 0; row < rows.voxels.size(); ++row)
        if (rows.width_um[row] >= smallest)
            squares += rows.voxels[row] * (rows.width_um[row] - mean) * (rows.width_um[row] - mean);
    return voxels > 0 ? std::sqrt(squares / voxels) : unknown;
}

void add_deviation(const figure_group& figures, const campaign_states& states) {
    std::vector<double> all;
    for (std::size_t scan = 0; scan < figures.scans; ++scan)
        for (std::size_t threshold = 0; threshold < figures.thresholds; ++threshold) {
            const auto rows = thickness_of(figures, states.scans[scan], threshold);
            for (const double limit : figures.figure("resolution_limit"))
                all.push_back(rows ? deviation_um(*rows, states.scans[scan].voxel_um, limit) : unknown);
        }
    add(figures.group, "width_deviation_um", {schema::scan, schema::threshold, schema::resolution_limit},
        std::move(all), "um", "standard deviation of the local thickness over the phase volume");
}

void add_sei(const figure_group& figures, const campaign_states& states, const job_spec& job) {
    const auto binder = parameter(states, job, &sample_spec::binder_volume, units::cm3_per_g);
    const auto coat_um = parameter(states, job, &sample_spec::binder_thickness, units::um);
    const std::vector<double> volume = figures.figure("volume_cm3_per_g");
    if (!volume.empty())
        add_points(figures, "volume_without_binder_cm3_per_g", "cm3/g",
                   "phase volume per mass of silicon less the binder's", [&](auto scan, auto threshold, auto limit) {
                       return volume[figures.point(scan, threshold, limit)] - binder[scan];
                   });
    add_deviation(figures, states);
    add_points(figures, "mean_width_without_binder_um", "um", "mean local thickness less the binder's thickness",
               [&](auto scan, auto threshold, auto limit) {
                   return figures.at("mean_width_um", scan, threshold, limit) - coat_um[scan];
               });
    std::vector<double> shifted;
    for (const double coat : coat_um)
        for (const double centre : figures.figure("width"))
            shifted.push_back(centre - coat);
    add(figures.group, "width_without_binder_um", {schema::scan, "width"}, std::move(shifted), "um",
        "centre of the class of local thickness less the binder's thickness");
}

void add_gas(const figure_group& figures, const campaign_states& states, const job_spec& job) {
    const auto porosity = parameter(states, job, &sample_spec::separator_porosity, 1.0);
    add_points(figures, "separator_pore_share", "1", "phase volume over the pore volume of the separator in the region",
               [&](auto scan, auto threshold, auto limit) {
                   return figures.volume_um3(scan, threshold, limit) / (figures.region_um3(scan) * porosity[scan]);
               });
    const std::vector<double> volume = figures.figure("volume_cm3_per_g");
    if (volume.empty())
        return;
    const gas_spec& gas = job.study.gas;
    const auto from_volume = [&](const std::string& name, const char* units, const std::string& long_name,
                                 const auto& formula) {
        add_points(figures, name, units, long_name, [&](auto scan, auto threshold, auto limit) {
            return formula(volume[figures.point(scan, threshold, limit)] * units::cm3_per_g);
        });
    };
    from_volume("gas_charge_mAh_per_g", "mAh/g", "charge of the reactions that form the gas (Eq. 4)",
                [&](units::specific_volume of) { return gas_charge(of, gas.molar, gas.electrons) / units::mAh_per_g; });
    for (const gas_product& product : gas.products)
        from_volume(fmt::format("volume_of_{}_cm3_per_g", product.name), "cm3/g",
                    fmt::format("{} that forms with the gas (Eq. 5)", product.name), [&](units::specific_volume of) {
                        return product_volume(of, {product.solid}, gas.molar) / units::cm3_per_g;
                    });
}

}  // namespace

void add_phase_volumes(const figure_group& figures, const campaign_states& states, const job_spec& job) {
    const bool gas = figures.phase.role == phase_role::gas;
    if (!gas && figures.phase.role != phase_role::sei_rich)
        return;
    const field_silicon silicon(figures.campaign, job);
    std::vector<double> mass_mg;
    for (std::size_t scan = 0; scan < figures.scans; ++scan)
        mass_mg.push_back(gas ? silicon.under_area_mg(states.scans[scan], scan)
                              : silicon.within_field_mg(states.scans[scan], scan));
    add_points(figures, "volume_cm3_per_g", "cm3/g", "phase volume per mass of silicon",
               [&](auto scan, auto threshold, auto limit) {
                   const units::volume of_phase = figures.volume_um3(scan, threshold, limit) * units::um3;
                   return of_phase / (mass_mg[scan] * units::mg) / units::cm3_per_g;
               });
    add(figures.group, "silicon_mass_mg", {schema::scan}, std::move(mass_mg), "mg",
        "silicon that the field of the scan stands for");
    if (gas)
        add_gas(figures, states, job);
    else
        add_sei(figures, states, job);
}

}  // namespace tomosweep::derivation
