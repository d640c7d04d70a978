#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// What decides the cost of one scan.
struct scan_load {
    std::string id;
    extent3 volume;             ///< analysed: the region after binning
    index_t source_voxels = 0;  ///< of the region before binning
    dtype type = dtype::uint8;  ///< of the grey levels that are analysed
    bool filtered = false;      ///< median, Gaussian or binning
    bool toned = false;         ///< rings, normalisation or a window
    int readings = 1;           ///< of the source: a window by the scan's own percentiles needs a second one
    std::optional<dtype> source_type = {};  ///< number format of the source where it is not `type`
    index_t ring_slices = 0;                ///< slices in which rings are looked for
    index_t ring_slice_voxels = 0;          ///< of one of them
};

/// What decides the cost of comparing two states.
struct pair_load {
    std::string id;
    scan_load from, to;
    bool masked = false;  ///< the regions are no plain boxes
};

/// What a run does with every scan, and with pairs of them.
struct workload {
    index_t thresholds = 1;            ///< of all phases together
    bool width = true;                 ///< distances and local thickness, for every threshold
    double field_bytes_per_voxel = 0;  ///< of the volumes that are archived, per threshold
    bool own_regions = false;          ///< phases in a part of the region only, or inside others
    index_t chains = 1;                ///< class volumes that share the thresholds
    index_t limits = 3;                ///< resolution limits that remove something
    index_t connectivities = 2;
    index_t depth_bins = 32;
    std::vector<pair_load> pairs = {};  ///< states that are compared once all scans are done
};

}  // namespace tomosweep
