#pragma once

#include <string>

#include "tomosweep/core/grey.hpp"
#include "tomosweep/core/index.hpp"

namespace tomosweep {

/// What decides the cost of one scan.
struct scan_load {
    std::string id;
    extent3 volume;             ///< analysed: the region after binning
    index_t source_voxels = 0;  ///< of the region before binning
    dtype type = dtype::uint8;
    bool filtered = false;  ///< median, Gaussian or binning
};

/// What a run does with every scan.
struct workload {
    index_t thresholds = 1;            ///< of all phases together
    bool width = true;                 ///< distances and local thickness, for every threshold
    double field_bytes_per_voxel = 0;  ///< of the volumes that are archived, per threshold
};

/// Constants of the predictions. The defaults come from single-core runs of the kernels on crack phantoms of 256^3 and
/// 512^3 voxels and are meant to be on the careful side; a site that measures its own machine replaces them.
struct cost_model {
    double filter_bytes = 8;   ///< per voxel of the region: two float volumes while filtering
    double class_bytes = 1;    ///< per voxel: the class volume
    double table_bytes = 1;    ///< per voxel: slabs of classes and component trees, besides the classes
    double width_bytes = 5;    ///< per voxel: distances, balls, classes of limits; 3 while all distances are short
    double halo_share = 0.15;  ///< of a block's bytes, for halos and what travels
    double rank_bytes = 256.0 * 1048576;             ///< program, MPI and HDF5 buffers
    index_t smallest_block = index_t{32} * 32 * 32;  ///< voxels below which another rank is no gain

    double read_bytes_per_s = 400e6;    ///< of one group of ranks from the file system
    double filter_voxels_per_s = 20e6;  ///< per core
    double table_voxels_per_s = 15e6;   ///< per core; all thresholds at once
    double width_voxels_per_s = 12e6;   ///< per core and threshold
    double parallel_share = 0.8;        ///< of the ideal speed that many cores reach
    double network_bytes_per_s = 1e9;   ///< of one rank

    double table_face_bytes = 40;   ///< per voxel of the faces between blocks: classes, labels, boundary trees
    double width_face_bytes = 120;  ///< the same per threshold: distances and balls that reach over a face
};

/// Most bytes that a scan takes at once over all its ranks, without halos and without what every rank takes anyway.
double peak_bytes(const scan_load& scan, const workload& work, const cost_model& model);

/// Most bytes on the rank with the largest block when `ranks` share the scan.
double bytes_per_rank(const scan_load& scan, int ranks, const workload& work, const cost_model& model);

/// Voxels of the faces between blocks, each face counted once.
index_t face_voxels(const extent3& volume, int ranks);

/// Bytes that the ranks send each other for one scan: proportional to the faces between blocks.
double exchanged_bytes(const scan_load& scan, int ranks, const workload& work, const cost_model& model);

/// Seconds for one scan on `ranks` ranks of `threads` threads.
double seconds(const scan_load& scan, int ranks, int threads, const workload& work, const cost_model& model);

}  // namespace tomosweep
