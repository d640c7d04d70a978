#include "tomosweep/campaign/study_reader.hpp"

#include <algorithm>
#include <numbers>
#include <set>

#include <fmt/format.h>

#include "tomosweep/campaign/scan_reader.hpp"

namespace tomosweep {
namespace {

constexpr number_range share{.low = 0, .high = 1};
constexpr number_range amount_range{.low = 0, .high = 1e9, .above = true};

/// A number above 0 of the key's unit.
template <class Quantity>
void read_quantity(const yaml_map& map, std::string_view key, Quantity unit, std::optional<Quantity>& target,
                   const number_range& range = amount_range) {
    const auto value = map.find(key);
    if (const auto number = value ? value->number(range) : std::nullopt)
        target = *number * unit;
}
template <class Quantity>
void read_quantity(const yaml_map& map, std::string_view key, Quantity unit, Quantity& target,
                   const number_range& range = amount_range) {
    std::optional<Quantity> read;
    read_quantity(map, key, unit, read, range);
    target = read.value_or(target);
}

sample_spec read_sample(const yaml_value& value, const std::string& name) {
    sample_spec sample;
    sample.name = name;
    sample.line = value.line();
    const yaml_map map(
        {value}, {"silicon_loading_mg_per_cm2", "electrode_diameter_mm", "silicon_mass_mg", "silicon_mass_fraction",
                  "theoretical_density_g_per_cm3", "silicon_density_g_per_cm3",
                  "silicon_expansion_percent_per_mAh_per_g", "theoretical_capacity_mAh_per_g",
                  "binder_volume_cm3_per_g", "binder_thickness_nm", "separator_porosity", "reference_scan"});
    read_quantity(map, "silicon_loading_mg_per_cm2", units::mg_per_cm2, sample.silicon_loading);
    read_quantity(map, "electrode_diameter_mm", units::mm, sample.electrode_diameter);
    read_quantity(map, "silicon_mass_mg", units::mg, sample.silicon_mass);
    map.read("silicon_mass_fraction", sample.electrode.silicon_mass_fraction, share);
    read_quantity(map, "theoretical_density_g_per_cm3", units::g_per_cm3, sample.electrode.theoretical_density);
    read_quantity(map, "silicon_density_g_per_cm3", units::g_per_cm3, sample.electrode.silicon_density);
    read_quantity(map, "silicon_expansion_percent_per_mAh_per_g", 0.01 / units::mAh_per_g,
                  sample.electrode.silicon_expansion);
    read_quantity(map, "theoretical_capacity_mAh_per_g", units::mAh_per_g, sample.theoretical_capacity);
    read_quantity(map, "binder_volume_cm3_per_g", units::cm3_per_g, sample.binder_volume);
    read_quantity(map, "binder_thickness_nm", units::nm, sample.binder_thickness);
    if (const auto porosity = map.find("separator_porosity"))
        sample.separator_porosity = porosity->number({.low = 0, .high = 1, .above = true});
    map.read("reference_scan", sample.reference_scan);
    return sample;
}

const scan_spec* find_scan(const job_spec& job, const std::string& id) {
    const auto found =
        std::find_if(job.scans.begin(), job.scans.end(), [&](const auto& scan) { return scan.id == id; });
    return found == job.scans.end() ? nullptr : &*found;
}

/// Reports a name that no scan has as its sample.
bool is_sample(const yaml_value& value, const std::string& name, const job_spec& job) {
    std::set<std::string_view> unique;
    for (const scan_spec& scan : job.scans)
        unique.insert(scan.sample);
    if (unique.contains(name))
        return true;
    const std::vector<std::string_view> samples(unique.begin(), unique.end());
    value.refuse(fmt::format("'{}', which is the sample of no scan", name),
                 fmt::format("the `sample:` of a scan (nearest: '{}')", nearest_name(name, samples)));
    return false;
}

/// Reports an id that is no scan of that sample.
void require_scan(const yaml_value& value, const std::string& id, const std::string& sample, const job_spec& job) {
    const scan_spec* scan = find_scan(job, id);
    if (scan == nullptr)
        value.refuse(fmt::format("'{}', which is no scan", id), fmt::format("the id of a scan of {}", sample));
    else if (scan->sample != sample)
        value.refuse(fmt::format("'{}', a scan of '{}'", id, scan->sample), fmt::format("a scan of {}", sample));
}

void read_samples(const yaml_value& value, job_spec& job) {
    if (!value.is_map()) {
        value.refuse("a mapping from samples to their keys: `samples: {reference: {silicon_loading_mg_per_cm2: 1.9}}`");
        return;
    }
    std::set<std::string> names;
    for (const auto& entry : value.node()) {
        const std::string name = entry.first.IsScalar() ? entry.first.Scalar() : "";
        const yaml_value inner(entry.second, value.key_of(name), value.problems(), entry.first.Mark().line + 1);
        if (!names.insert(name).second)
            inner.refuse("the sample a second time", "every sample once");
        if (!is_sample(inner, name, job))
            continue;
        if (!inner.is_map()) {
            inner.refuse("a mapping, such as {silicon_loading_mg_per_cm2: 1.9}");
            continue;
        }
        job.study.samples.push_back(read_sample(inner, name));
        if (const std::string& id = job.study.samples.back().reference_scan; !id.empty())
            require_scan(inner, id, name, job);
    }
}

electrochemistry_spec read_table(const yaml_value& value, const std::filesystem::path& folder, const job_spec& job) {
    electrochemistry_spec table;
    table.line = value.line();
    table.key = value.key();
    const yaml_map map({value}, {"sample", "path", "scans", "lithiation_current", "first_cycle", "time_offset_h"});
    if (const auto sample = map.need("sample", "the `sample:` of scans"))
        table.sample = sample->text().value_or("");
    if (!table.sample.empty() && !is_sample(*map.find("sample"), table.sample, job))
        table.sample.clear();
    if (const auto path = map.need("path", "a table of separated values, or a text export of EC-Lab (.mpt)"))
        if (const auto text = path->text())
            table.path = (folder / *text).lexically_normal().string();
    if (const auto scans = map.find("scans"))
        for (const yaml_value& scan : scans->list("a list of scan ids").value_or(std::vector<yaml_value>{}))
            if (const auto id = scan.text()) {
                require_scan(scan, *id, table.sample, job);
                table.scans.push_back(*id);
            }
    if (const auto sign = map.find("lithiation_current"))
        table.lithiation_is_negative = sign->choice<bool>({{"negative", true}, {"positive", false}}).value_or(true);
    if (const auto first = map.find("first_cycle"))
        table.first_cycle = first->integer({.low = 0, .high = 1'000'000});
    map.read("time_offset_h", table.time_offset_h, {.low = -1e6, .high = 1e6});
    if (!table.sample.empty() && !job.study.sample(table.sample).cell_silicon())
        value.refuse(fmt::format("no silicon mass of '{}'", table.sample),
                     "silicon_loading_mg_per_cm2 and electrode_diameter_mm, or silicon_mass_mg, of this sample in "
                     "`samples:`: capacities are per gram of silicon");
    return table;
}

void read_electrochemistry(const yaml_value& value, const std::filesystem::path& folder, job_spec& job) {
    const auto entries = value.list("a list of tables: `- {sample: reference, path: reference.mpt}`");
    std::set<std::string> taken;
    for (const yaml_value& entry : entries.value_or(std::vector<yaml_value>{})) {
        job.study.electrochemistry.push_back(read_table(entry, folder, job));
        const electrochemistry_spec& table = job.study.electrochemistry.back();
        for (const scan_spec& scan : job.scans) {
            const bool listed = std::find(table.scans.begin(), table.scans.end(), scan.id) != table.scans.end();
            if (!table.sample.empty() && scan.sample == table.sample && (table.scans.empty() || listed) &&
                !taken.insert(scan.id).second)
                entry.refuse(
                    fmt::format("a second table for scan {}", scan.id),
                    "one table for each scan; `scans: [ids]` where cells of one sample have tables of their own");
        }
    }
}

gas_product read_product(const yaml_value& value) {
    gas_product product;
    const yaml_map map({value}, {"name", "molar_mass_g_per_mol", "density_g_per_cm3", "per_gas"});
    if (const auto name = map.need("name", "a name, such as Li2CO3"))
        product.name = read_name(*name).value_or("");
    if (map.need("molar_mass_g_per_mol", "the molar mass"))
        read_quantity(map, "molar_mass_g_per_mol", units::g_per_mol, product.solid.molar_mass);
    if (map.need("density_g_per_cm3", "the density of the solid"))
        read_quantity(map, "density_g_per_cm3", units::g_per_cm3, product.solid.density);
    map.read("per_gas", product.solid.per_gas, amount_range);
    return product;
}

void read_gas(const yaml_value& value, gas_spec& gas) {
    const yaml_map map({value}, {"molar_volume_L_per_mol", "electrons", "products"});
    read_quantity(map, "molar_volume_L_per_mol", units::L_per_mol, gas.molar);
    map.read("electrons", gas.electrons, amount_range);
    const auto products = map.find("products");
    if (!products)
        return;
    gas.products.clear();
    std::set<std::string> names;
    const auto entries =
        products->list("a list such as [{name: Li2CO3, molar_mass_g_per_mol: 73.89, density_g_per_cm3: 2.11}]");
    for (const yaml_value& entry : entries.value_or(std::vector<yaml_value>{})) {
        gas.products.push_back(read_product(entry));
        if (!names.insert(gas.products.back().name).second)
            entry.refuse("a second product of this name", "every product once");
    }
}

}  // namespace

std::optional<units::mass> sample_spec::cell_silicon() const {
    if (silicon_mass || !silicon_loading || !electrode_diameter)
        return silicon_mass;
    return tomosweep::silicon_mass(*silicon_loading,
                                   std::numbers::pi / 4 * (*electrode_diameter * *electrode_diameter));
}

sample_spec study_spec::sample(const std::string& name) const {
    for (const sample_spec& each : samples)
        if (each.name == name)
            return each;
    sample_spec unknown;
    unknown.name = name;
    return unknown;
}

void read_study(const yaml_map& map, const std::filesystem::path& folder, job_spec& job) {
    if (const auto samples = map.find("samples"))
        read_samples(*samples, job);
    if (const auto tables = map.find("electrochemistry"))
        read_electrochemistry(*tables, folder, job);
    if (const auto gas = map.find("gas"))
        read_gas(*gas, job.study.gas);
    if (const auto onset = map.find("crack_onset"))
        yaml_map({*onset}, {"volume_fraction"}).read("volume_fraction", job.study.onset_fraction, share);
    if (const auto scales = map.find("scales")) {
        const yaml_map limits({*scales}, {"macro_limit_um", "micro_limit_um"});
        read_quantity(limits, "macro_limit_um", units::um, job.study.scales.macro_limit, length_um);
        read_quantity(limits, "micro_limit_um", units::um, job.study.scales.micro_limit, length_um);
    }
}

void read_study_keys(const yaml_map& map, scan_spec& scan) {
    if (const auto scale = map.find("scale"))
        scan.scale = scale->choice<scan_scale>({{"micro", scan_scale::micro}, {"nano", scan_scale::nano}})
                         .value_or(scan_scale::none);
    read_quantity(map, "thickness_um", units::um, scan.thickness, length_um);
    read_quantity(map, "field_area_um2", units::um2, scan.field_area, {.low = 0, .high = 1e12, .above = true});
}

phase_role read_role(const yaml_map& map, const std::string& name) {
    const std::initializer_list<std::pair<std::string_view, phase_role>> roles{
        {"crack", phase_role::crack},         {"gas", phase_role::gas},
        {"sei_rich", phase_role::sei_rich},   {"solid", phase_role::solid},
        {"separator", phase_role::separator}, {"none", phase_role::none}};
    if (const auto role = map.find("role"))
        return role->choice<phase_role>(roles).value_or(phase_role::none);
    for (const auto& [word, role] : roles)
        if (word == name)
            return role;
    return phase_role::none;
}

}  // namespace tomosweep
