#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "tomosweep/campaign/scan_block.hpp"
#include "tomosweep/campaign/thresholds.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep {

/// What is computed for every threshold.
struct point_grid {
    std::vector<distance_sq_t> smallest_radius_sq;  ///< by resolution limit, ascending; at most max_phases of them
    std::vector<connectivity> adjacencies;
    bool widths = true;
    depth_bins depth;
    bool islets = false;
    std::optional<depth_field> normalised = {};  ///< of the own block, for a second table of thickness
};

/// Volumes that can be kept for one threshold; each rank hands over its own block.
class field_sink {
public:
    field_sink() = default;
    field_sink(const field_sink&) = delete;
    field_sink& operator=(const field_sink&) = delete;
    virtual ~field_sink() = default;

    virtual bool wants_mask() const = 0;
    virtual bool wants_label() const = 0;
    virtual bool wants_thickness() const = 0;

    /// Collective over the ranks of the scan.
    virtual void mask(std::size_t threshold, view3<const std::uint8_t> own) = 0;
    virtual void label(std::size_t threshold, view3<const std::uint64_t> own) = 0;
    virtual void thickness_sq(std::size_t threshold, view3<const distance_sq_t> own) = 0;
};

/// Thresholds that are known already, and who is told of those that are not; each rank of the scan has the same ones.
class known_thresholds {
public:
    known_thresholds() = default;
    known_thresholds(const known_thresholds&) = delete;
    known_thresholds& operator=(const known_thresholds&) = delete;
    virtual ~known_thresholds() = default;

    virtual bool knows(std::size_t threshold) const = 0;
    /// Puts the tables of a known threshold into `tables`. Local; only the first rank needs to have them.
    virtual void restore(std::size_t threshold, phase_tables& tables) const = 0;
    virtual void finished(std::size_t threshold, const phase_tables& tables) = 0;
};

/// Called on every rank of the scan after each threshold: the safe point. It may throw on all of them alike.
using threshold_done = std::function<void()>;

/// Whether a block's grey levels and mask are needed again when a phase has been classified.
enum class block_use : std::uint8_t { again, last };

/// All tables of one phase over the whole sweep. The class volume of a chain is passed over once for all its
/// thresholds; then each threshold's distances and local thickness are computed once, and the thickness classes are
/// passed over once for all resolution limits that remove something. `fields` and `known` may be null; thresholds that
/// are known are not computed. The last use of a block
/// empties it as soon as its voxels have classes, so that it takes no memory while distances do. Collective;
/// bit-identical for any number of ranks and threads. Peak: see docs/algorithms.md.
phase_tables analyse_phase(const domain& grid, scan_block& block, block_use use, phase_side where,
                           const grey_thresholds& thresholds, const point_grid& points, field_sink* fields,
                           known_thresholds* known, const threshold_done& done);

}  // namespace tomosweep
