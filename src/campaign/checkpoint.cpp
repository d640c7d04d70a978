#include "tomosweep/campaign/checkpoint.hpp"

#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/shard.hpp"
#include "tomosweep/campaign/table_groups.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

std::string group_name(std::size_t phase) {
    return "phase_" + std::to_string(phase);
}

/// The finished thresholds alone, and which they are.
data_group to_group(const partial_tables& phase, std::size_t index, std::size_t depth_bins) {
    phase_tables chosen;
    std::vector<std::int64_t> thresholds;
    for (std::size_t t = 0; t < phase.finished.size(); ++t) {
        if (phase.finished[t] == 0)
            continue;
        thresholds.push_back(static_cast<std::int64_t>(t));
        chosen.counts.push_back(phase.tables.counts[t]);
        if (!phase.tables.thickness.empty()) {
            chosen.thickness.push_back(phase.tables.thickness[t]);
            chosen.max_distance_sq.push_back(phase.tables.max_distance_sq[t]);
        }
        if (!phase.tables.normalised_thickness.empty()) {
            chosen.normalised_thickness.push_back(phase.tables.normalised_thickness[t]);
        }
    }
    data_group group = whole_phase_group(group_name(index), chosen, depth_bins);
    group.variables.push_back({"finished", {"threshold"}, std::move(thresholds), "1", "number of the threshold", {}});
    return group;
}

/// Puts the tables of a group back at their thresholds.
void from_group(const data_group& group, const checkpoint_shape& shape, partial_tables& phase) {
    const auto* held = find_named(group.variables, "finished");
    require(held != nullptr, "a checkpoint says which thresholds it holds");
    const auto& thresholds = std::get<std::vector<std::int64_t>>(held->values);
    const phase_tables read =
        read_phase_group(group, thresholds.size(), shape.resolution_limits, shape.depth_bins, shape.widths);
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
        const auto t = static_cast<std::size_t>(thresholds[i]);
        phase.finished.at(t) = 1;
        phase.tables.counts.at(t) = read.counts[i];
        if (!shape.widths)
            continue;
        phase.tables.thickness.at(t) = read.thickness[i];
        phase.tables.max_distance_sq.at(t) = read.max_distance_sq[i];
        if (shape.normalised)
            phase.tables.normalised_thickness.at(t) = read.normalised_thickness.at(i);
    }
}

std::vector<partial_tables> nothing_finished(const checkpoint_shape& shape) {
    std::vector<partial_tables> phases;
    for (const std::size_t thresholds : shape.thresholds) {
        partial_tables phase{{}, std::vector<std::uint8_t>(thresholds, 0)};
        phase.tables.counts.resize(thresholds);
        phase.tables.thickness.resize(shape.widths ? thresholds : 0);
        phase.tables.max_distance_sq.resize(shape.widths ? thresholds : 0);
        phase.tables.normalised_thickness.resize(shape.widths && shape.normalised ? thresholds : 0);
        phases.push_back(std::move(phase));
    }
    return phases;
}

}  // namespace

checkpoint::checkpoint(const communicator& group, checkpoint_spec spec, checkpoint_shape shape)
    : keeps_(group.root() && !spec.path.empty()),
      spec_(std::move(spec)),
      shape_(std::move(shape)),
      phases_(nothing_finished(shape_)) {
    if (keeps_)
        read();
    for (partial_tables& phase : phases_)
        group.broadcast(phase.finished);
}

void checkpoint::read() {
    try {
        if (!std::filesystem::exists(spec_.path))
            return;
        const data_group file = read_netcdf(spec_.path);
        const attribute* key = find_named(file.attributes, content_key_attribute);
        if (key == nullptr || std::get<std::string>(key->value) != spec_.key)
            return;
        std::vector<partial_tables> phases = nothing_finished(shape_);
        for (std::size_t i = 0; i < phases.size(); ++i)
            if (const data_group* group = find_named(file.groups, group_name(i)))
                from_group(*group, shape_, phases[i]);
        phases_ = std::move(phases);
    } catch (const std::exception&) {
        // Whatever is wrong with the file, the scan can be computed from its start.
    }
}

void checkpoint::finished(std::size_t phase, std::size_t threshold, const phase_tables& tables) {
    if (!keeps_)
        return;
    partial_tables& known = phases_[phase];
    known.finished[threshold] = 1;
    known.tables.counts[threshold] = tables.counts[threshold];
    if (shape_.widths) {
        known.tables.thickness[threshold] = tables.thickness[threshold];
        known.tables.max_distance_sq[threshold] = tables.max_distance_sq[threshold];
        if (shape_.normalised)
            known.tables.normalised_thickness[threshold] = tables.normalised_thickness[threshold];
    }
    changed_ = true;
    if (std::chrono::steady_clock::now() - written_ >= spec_.every)
        write();
}

void checkpoint::write() noexcept {
    if (!keeps_ || !changed_)
        return;
    try {
        data_group file;
        file.attributes = {{content_key_attribute, spec_.key}};
        file.dimensions = {{"resolution_limit", static_cast<index_t>(shape_.resolution_limits)},
                           {"depth", static_cast<index_t>(shape_.depth_bins)}};
        for (std::size_t i = 0; i < phases_.size(); ++i)
            if (std::ranges::find(phases_[i].finished, 1) != phases_[i].finished.end())
                file.groups.push_back(to_group(phases_[i], i, shape_.depth_bins));
        std::filesystem::create_directories(std::filesystem::path(spec_.path).parent_path());
        write_netcdf(spec_.path, file);
        changed_ = false;
    } catch (const std::exception&) {
        // See the class: no error.
    }
    written_ = std::chrono::steady_clock::now();
}

void checkpoint::remove() const noexcept {
    if (!keeps_)
        return;
    ::unlink(spec_.path.c_str());
    // The folder goes with its last file.
    ::rmdir(std::filesystem::path(spec_.path).parent_path().c_str());
}

}  // namespace tomosweep
