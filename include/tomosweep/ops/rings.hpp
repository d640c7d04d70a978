#pragma once

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/kernels/preprocess.hpp"
#include "tomosweep/kernels/rings.hpp"

namespace tomosweep {

/// Half-open range of slices across the rotation axis.
struct slice_range {
    index_t first = 0;
    index_t last = 0;
};

/// ring_profile() of the slices that this rank `wants`, which may be none. Every slice that any rank wants is read
/// whole, by `read`, and looked at by one rank, one slice at a time; the profiles then travel to whoever wants them.
/// The same bits for any number of ranks. Collective. Throws on every rank what `read` throws on any. Peak: the slice
/// as it is read, what ring_profile() takes, and 8 bytes per slice and radius, thrice while they travel.
ring_profiles ring_profiles_of(const communicator& ranks, const extent3& scan, const ring_spec& spec,
                               const slice_range& wants, const box_reader& read);

}  // namespace tomosweep
