#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/campaign/electrode.hpp"
#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/job.hpp"
#include "tomosweep/core/classes.hpp"
#include "tomosweep/core/dataset.hpp"
#include "tomosweep/core/histogram.hpp"
#include "tomosweep/core/tables.hpp"
#include "tomosweep/descriptors/figures.hpp"

namespace tomosweep {

/// The electrode as all scans of a campaign see it, and the cells of the widest of them.
struct electrode_axes {
    electrode_spec spec;  ///< resolved: see resolved_electrode()
    index_t rows = 1;     ///< lateral cells along y
    index_t columns = 1;  ///< along x
};

/// The axes that all scans of a campaign share.
struct campaign_axes {
    std::vector<double> resolution_limits_um;
    std::vector<int> connectivities;
    depth_spec depth;
    double depth_extent_um = 0;  ///< the largest of the campaign's scans
    width_spec width;            ///< resolved: bin_um is not 0
    bool widths = true;
    std::optional<electrode_axes> electrode = {};
    bool islets = false;

    /// Bins of normalised depth profiles; 0 when there are none.
    index_t normalised_bins() const { return electrode && widths ? electrode->spec.bins : 0; }

    /// The connectivities as kernels take them.
    std::vector<connectivity> adjacencies() const;
};

/// What stands in `status` where a scan could not be analysed.
inline constexpr std::int32_t scan_failed = 1;

/// Attributes of /process/<scan>: the content key and what it is the key of, the hashes of the input, and how long the
/// analysis took.
inline constexpr const char* content_key_attribute = "content_key";
inline constexpr const char* content_attribute = "content";
inline constexpr const char* input_hash_attribute = "input_voxel_hash";
inline constexpr const char* mask_hash_attribute = "mask_voxel_hash";
inline constexpr const char* seconds_attribute = "seconds";
/// Shares of the region's voxels beyond the lower and the upper end of the grey scale, where one was changed.
inline constexpr const char* clipped_below_attribute = "grey_clipped_below";
inline constexpr const char* clipped_above_attribute = "grey_clipped_above";

/// Of /changes/process/<pair>: the content keys of the two scans.
inline constexpr const char* from_key_attribute = "from_content_key";
inline constexpr const char* to_key_attribute = "to_content_key";

/// What a phase refers to that is looked for in a part of the region only.
struct phase_scope {
    region_counts region;
    grey_histogram histogram;
};

/// The outcome of one scan: tables by phase (in the order of the job's phases), or a reason why there are none.
struct scan_outcome {
    double voxel_size_um = 0;  ///< of the analysed volume
    region_counts region;
    grey_histogram histogram;  ///< of the region, after preprocessing
    std::vector<phase_tables> phases;
    std::string failure;  ///< empty when all is well
    std::vector<attribute> provenance;
    /// File that holds the fields, relative to the campaign's folder; empty without fields.
    std::string fields_file = {};
    std::optional<found_electrode> electrode = {};  ///< where the job looks for one and the scan has it
    /// By phase; nothing where it is the scan's region. Empty when the scan failed.
    std::vector<std::optional<phase_scope>> scopes = {};

    const region_counts& region_of(std::size_t phase) const {
        return phase < scopes.size() && scopes[phase] ? scopes[phase]->region : region;
    }
    const grey_histogram& histogram_of(std::size_t phase) const {
        return phase < scopes.size() && scopes[phase] ? scopes[phase]->histogram : histogram;
    }
};

/// The content of one scan's shard: coordinates, metadata and figures (in a group per phase where the job says
/// `phases:`), the integer tables in /tables/<id>, provenance in /process/<id>. Pure.
data_group make_shard(const job_spec& job, const campaign_axes& axes, const std::vector<threshold_spec>& thresholds,
                      const scan_spec& scan, const scan_outcome& outcome);

}  // namespace tomosweep
