#include "tomosweep/campaign/analysis.hpp"

#include <algorithm>
#include <optional>
#include <ranges>
#include <utility>

#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/kernels/classify.hpp"
#include "tomosweep/ops/class_tables.hpp"
#include "tomosweep/ops/islets.hpp"
#include "tomosweep/ops/labels.hpp"
#include "tomosweep/ops/thickness.hpp"

namespace tomosweep {
namespace {

class phase_analysis {
public:
    phase_analysis(const domain& grid, const point_grid& points, field_sink* fields, phase_tables& tables)
        : grid_(grid), points_(points), fields_(fields), tables_(tables) {
        std::ranges::copy_if(points.smallest_radius_sq, std::back_inserter(removing_),
                             [](distance_sq_t smallest) { return smallest > always_resolved; });
    }

    /// Begins a chain, whose class volume must outlive it.
    void begin(view3<class_t> classes, int phases) {
        classes_ = classes;
        largest_ = phases - 1;
        thickness_.reset();
        if (points_.widths || map_wanted())
            thickness_.emplace(
                grid_, classes,
                thickness_request{points_.depth, removing_, map_wanted() ? thickness_map::kept : thickness_map::dropped,
                                  points_.normalised ? &*points_.normalised : nullptr});
    }

    /// Everything about phase `k` of the chain, which is point `threshold` of the sweep. The class volume is of no use
    /// after the largest phase.
    void add(int k, std::size_t threshold, const phase_counts& unlimited, phases_to_come later) {
        auto& by_limit = tables_.counts[threshold];
        by_limit.assign(points_.smallest_radius_sq.size(), unlimited);
        if (points_.islets)
            tables_.islets[threshold].assign(by_limit.size(), islets_among(classes_, k));
        keep_fields(k, threshold);
        if (!thickness_)
            return;
        thickness_result measured =
            k == largest_ ? thickness_->measure_last(k, classes_) : thickness_->measure(k, later);
        if (map_wanted())
            fields_->thickness_sq(threshold, thickness_->thickness_sq());
        if (!points_.widths)
            return;
        tables_.thickness[threshold] = std::move(measured.table);
        if (points_.normalised)
            tables_.normalised_thickness[threshold] = std::move(measured.field_table);
        tables_.max_distance_sq[threshold] =
            measured.max_distance_sq == unbounded_sq ? -1 : std::int64_t{measured.max_distance_sq};
        if (removing_.empty())
            return;
        const step_scope charged(grid_.ledger(), scan_step::limits, grid_.own().voxels());
        const auto limited = tabulate_classes(grid_, thickness_->kept_classes(), static_cast<int>(removing_.size()),
                                              points_.depth, points_.adjacencies);
        // The chain of limits runs from the largest, which keeps least, to the smallest.
        std::copy(limited.rbegin(), limited.rend(), by_limit.end() - static_cast<std::ptrdiff_t>(removing_.size()));
        if (points_.islets)
            add_limited_islets(thickness_->kept_classes(), tables_.islets[threshold]);
    }

private:
    islet_tables islets_among(view3<const class_t> classes, int k) const {
        return measure_islets(grid_, classes, k, points_.widths ? islet_widths::measured : islet_widths::left_out);
    }

    /// Islets among what each of the removing limits keeps, in the chain of limits from the largest on.
    void add_limited_islets(view3<const class_t> kept, std::vector<islet_tables>& by_limit) const {
        for (std::size_t i = 0; i < removing_.size(); ++i)
            by_limit[by_limit.size() - 1 - i] = islets_among(kept, static_cast<int>(i));
    }

    bool map_wanted() const { return fields_ != nullptr && fields_->wants_thickness(); }

    void keep_fields(int k, std::size_t threshold) {
        if (fields_ == nullptr)
            return;
        if (fields_->wants_mask())
            fields_->mask(threshold, mask_of(classes_, k).view());
        if (fields_->wants_label())
            fields_->label(threshold, label_components(grid_, classes_, k, points_.adjacencies.front()).view());
    }

    static array3<std::uint8_t> mask_of(view3<const class_t> classes, int k) {
        array3<std::uint8_t> mask(classes.extent());
        std::transform(classes.data(), classes.data() + classes.voxels(), mask.data(),
                       [k](class_t value) { return static_cast<std::uint8_t>(value <= k); });
        return mask;
    }

    const domain& grid_;
    const point_grid& points_;
    field_sink* fields_;
    phase_tables& tables_;
    std::vector<distance_sq_t> removing_;  ///< the limits that may remove voxels, ascending
    view3<class_t> classes_;
    int largest_ = 0;  ///< phase of the chain
    std::optional<chain_thickness> thickness_;
};

/// The last use empties the block.
array3<class_t> classes_of(const domain& grid, scan_block& block, const threshold_chain& chain, block_use use) {
    const step_scope charged(grid.ledger(), scan_step::classify, grid.own().voxels());
    return agreed(grid.ranks(), [&] {
        if (use == block_use::again)
            return classify(block.grey, chain.classes, block.mask_view());
        scan_block given = std::exchange(block, {});
        return classify(std::move(given.grey), chain.classes, given.mask_view());
    });
}

std::vector<phase_counts> count_classes(const domain& grid, view3<const class_t> classes, int phases,
                                        const point_grid& points) {
    const step_scope charged(grid.ledger(), scan_step::tables, classes.voxels());
    return tabulate_classes(grid, classes, phases, points.depth, points.adjacencies);
}

}  // namespace

phase_tables analyse_phase(const domain& grid, scan_block& block, block_use use, phase_side where,
                           const grey_thresholds& thresholds, const point_grid& points, field_sink* fields,
                           known_thresholds* known, const threshold_done& done) {
    const std::size_t count = thresholds.high.size();
    phase_tables tables{thresholds.high, thresholds.low, {}, {}, {}, {}, {}};
    tables.counts.resize(count);
    tables.thickness.resize(points.widths ? count : 0);
    tables.normalised_thickness.resize(points.widths && points.normalised ? count : 0);
    tables.islets.resize(points.islets ? count : 0);
    tables.max_distance_sq.resize(points.widths ? count : 0);
    phase_analysis analysis(grid, points, fields, tables);
    const std::vector<threshold_chain> chains = chains_of(where, thresholds);
    for (const threshold_chain& chain : chains) {
        array3<class_t> classes = classes_of(grid, block, chain, &chain == &chains.back() ? use : block_use::again);
        const auto phases = static_cast<int>(chain.threshold.size());
        const auto counts = count_classes(grid, classes.view(), phases, points);
        analysis.begin(classes.view(), phases);
        const auto is_known = [&](std::size_t threshold) { return known != nullptr && known->knows(threshold); };
        const auto last = std::ranges::find_if_not(std::views::reverse(chain.threshold), is_known);
        for (int k = 0; k < phases; ++k) {
            const auto place = static_cast<std::size_t>(k);
            const std::size_t threshold = chain.threshold[place];
            if (is_known(threshold)) {
                known->restore(threshold, tables);
            } else {
                analysis.add(k, threshold, counts[place],
                             threshold == *last ? phases_to_come::none : phases_to_come::some);
                if (known != nullptr)
                    known->finished(threshold, tables);
            }
            done();
        }
    }
    return tables;
}

}  // namespace tomosweep
