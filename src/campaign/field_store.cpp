#include "tomosweep/campaign/field_store.hpp"

#include <algorithm>

#include "tomosweep/campaign/thresholds.hpp"

namespace tomosweep {
namespace {

std::vector<field_declaration> declarations(const std::vector<std::string>& wanted) {
    const std::pair<const char*, field_declaration> known[] = {
        {"mask", {"mask", field_type::uint8, "1", "1 in the phase, 0 elsewhere"}},
        {"label",
         {"label", field_type::uint64, "1", "1 + smallest global voxel index of the component, 0 in the background"}},
        {"thickness",
         {"thickness_sq", field_type::uint32, "voxel^2",
          "squared radius of the largest covering ball; 4294967295 where nothing bounds it, 0 in the background"}}};
    std::vector<field_declaration> fields;
    for (const auto& [name, declaration] : known)
        if (std::ranges::find(wanted, name) != wanted.end())
            fields.push_back(declaration);
    return fields;
}

}  // namespace

field_layout layout_of_fields(const campaign_plan& plan, const scan_frame& frame, double source_voxel_um) {
    field_layout layout;
    layout.extent = frame.volume;
    layout.voxel_size_um = frame.voxel_size_um;
    const index3 lo = frame.region.lo;
    layout.origin_um = {static_cast<double>(lo.z) * source_voxel_um, static_cast<double>(lo.y) * source_voxel_um,
                        static_cast<double>(lo.x) * source_voxel_um};
    for (std::size_t i = 0; i < plan.job.phases.size(); ++i)
        layout.groups.push_back({plan.job.grouped_phases ? plan.job.phases[i].name : std::string(),
                                 threshold_coordinate(plan.thresholds[i]), declarations(plan.fields)});
    return layout;
}

bool phase_fields::wants(const char* field) const {
    return std::ranges::find(wanted_, field) != wanted_.end();
}

template <field_voxel T>
void phase_fields::write(const char* field, std::size_t threshold, view3<const T> own) {
    step_scope charged(grid_.ledger(), scan_step::fields, own.voxels());
    failed_ = true;
    shard_.write(phase_, field, static_cast<index_t>(threshold), grid_.own(), own);
    failed_ = false;
    charged.wrote(own.voxels() * static_cast<std::int64_t>(sizeof(T)));
}

void phase_fields::mask(std::size_t threshold, view3<const std::uint8_t> own) {
    write("mask", threshold, own);
}

void phase_fields::label(std::size_t threshold, view3<const std::uint64_t> own) {
    write("label", threshold, own);
}

void phase_fields::thickness_sq(std::size_t threshold, view3<const distance_sq_t> own) {
    write("thickness_sq", threshold, own);
}

}  // namespace tomosweep
