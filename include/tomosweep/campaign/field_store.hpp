#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tomosweep/archive/field_file.hpp"
#include "tomosweep/campaign/analysis.hpp"
#include "tomosweep/campaign/campaign_plan.hpp"
#include "tomosweep/grid/domain.hpp"

namespace tomosweep {

/// What the archive is told about the fields of a scan: one group of the wanted volumes per phase. Pure.
field_layout layout_of_fields(const campaign_plan& plan, const scan_frame& frame, double source_voxel_um);

/// Hands the fields of one phase on to a shard.
class phase_fields : public field_sink {
public:
    phase_fields(shard_writer& shard, const domain& grid, std::string phase, std::vector<std::string> wanted)
        : shard_(shard), grid_(grid), phase_(std::move(phase)), wanted_(std::move(wanted)) {}

    bool wants_mask() const override { return wants("mask"); }
    bool wants_label() const override { return wants("label"); }
    bool wants_thickness() const override { return wants("thickness"); }
    void mask(std::size_t threshold, view3<const std::uint8_t> own) override;
    void label(std::size_t threshold, view3<const std::uint64_t> own) override;
    void thickness_sq(std::size_t threshold, view3<const distance_sq_t> own) override;

    /// Whether a field could not be stored: no fault of the scan, and the same on all ranks.
    bool failed() const { return failed_; }

private:
    template <field_voxel T>
    void write(const char* field, std::size_t threshold, view3<const T> own);
    bool wants(const char* field) const;

    shard_writer& shard_;
    const domain& grid_;
    std::string phase_;  ///< empty when the job has a single phase
    std::vector<std::string> wanted_;
    bool failed_ = false;
};

}  // namespace tomosweep
