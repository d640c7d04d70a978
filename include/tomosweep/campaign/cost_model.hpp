#pragma once

#include "tomosweep/campaign/traffic_model.hpp"
#include "tomosweep/campaign/workload.hpp"

namespace tomosweep {

/// Constants of the predictions; docs/scaling.md says where each comes from. Memory and kernels are as measured on one
/// core; network and file system are assumptions, which a site replaces by its own.
struct cost_model {
    double filter_bytes = 8;     ///< per voxel of the region: two float volumes while filtering
    double ring_bytes = 4;       ///< per voxel of the slice in work, besides the slice as it is read
    double class_bytes = 1;      ///< per voxel: the class volume
    double table_bytes = 0.6;    ///< per voxel: slabs of classes and component trees, besides the classes
    double width_bytes = 0.6;    ///< per voxel: slabs of distances, balls, in a crack phase
    double kept_bytes = 1;       ///< per voxel: what limits keep, but for the last threshold
    double known_bytes = 0.6;    ///< per voxel: balls and thickness, kept from one threshold to the next
    double cut_bytes = 2;        ///< per voxel, where blocks are cut along z: their distances stand all at once
    double halo_share = 0.15;    ///< of a block's bytes, for halos and what travels
    double tree_face_bytes = 8;  ///< per voxel of the open faces of trees that are joined
    double label_bytes = 11.5;   ///< per voxel: clusters of a pair, their labels, and runs of these
    double cube_bytes = 40;      ///< per cube of the binned volumes that registration starts from, on every rank
    double coarse_bytes = 10;    ///< of them later on
    double rank_bytes = 64.0 * 1048576;              ///< program, MPI and HDF5 buffers
    index_t smallest_block = index_t{32} * 32 * 32;  ///< voxels below which another rank is no gain

    /// Nanoseconds per voxel of one core. Filters: of the source; limits and what stands between: per threshold.
    double filter_ns = 50;
    double tone_ns = 5;            ///< per voxel of the source: rings subtracted, line, window
    double ring_ns = 160;          ///< per voxel of the slices in which rings are looked for
    double grey_ns = 1;            ///< histogram and classes, per chain
    double tables_ns = 3.2;        ///< per chain
    double tables_phase_ns = 1.9;  ///< more for every further threshold of the chain,
    double tables_most_ns = 32;    ///< ... up to this per chain: many classes cost what the grey levels cost
    double distance_ns = 1.7;
    double balls_ns = 1.9;
    double thickness_ns = 7;
    double thickness_again_ns = 5;  ///< instead, for every further threshold of a chain
    double limits_ns = 4.6;
    double align_ns = 190;  ///< per voxel of a pair: registration and resampling
    double follow_ns = 33;  ///< per threshold, limit and connectivity of a pair: labels and what is counted of them
    double join_ns = 12;    ///< per voxel of open faces that are joined; one thread at work
    double parallel_share = 0.8;  ///< of the ideal speed that many cores reach

    double read_bytes_per_s = 400e6;   ///< of one group of ranks from the file system
    double network_bytes_per_s = 1e9;  ///< of one rank
    double reduction_seconds = 4e-6;   ///< a reduction of one value over 2 ranks; times log2(ranks)
    double message_seconds = 1e-6;     ///< of one of the messages to all ranks
    phase_texture texture = crack_texture;
};

/// Most bytes that a scan takes at once over all its ranks, without halos and without what every rank takes anyway.
double peak_bytes(const scan_load& scan, const workload& work, const cost_model& model);

/// Most bytes on the rank with the largest block when `ranks` share the scan.
double bytes_per_rank(const scan_load& scan, int ranks, const workload& work, const cost_model& model);

/// Most bytes on the rank with the largest block when `ranks` compare two states: while they are read, registered,
/// resampled, or counted.
double bytes_per_rank(const pair_load& pair, int ranks, const workload& work, const cost_model& model);

/// Bytes that the ranks send each other for one scan, by step.
scan_traffic traffic_of(const scan_load& scan, int ranks, const workload& work, const cost_model& model);

/// Where a scan's time goes.
struct scan_seconds {
    double reading = 0;
    double computing = 0;  ///< what all cores share
    double joining = 0;    ///< boundary trees, one join after the other
    double sending = 0;    ///< bytes through the network
    double waiting = 0;    ///< latency of reductions and of messages to all

    double all() const { return reading + computing + joining + sending + waiting; }
};

/// Time for one scan on `ranks` ranks of `threads` threads; seconds() is all of it.
scan_seconds seconds_of(const scan_load& scan, int ranks, int threads, const workload& work, const cost_model& model);
double seconds(const scan_load& scan, int ranks, int threads, const workload& work, const cost_model& model);

/// Time for one pair, without what its ranks send each other: reading and computing.
double seconds(const pair_load& pair, int ranks, int threads, const workload& work, const cost_model& model);

}  // namespace tomosweep
