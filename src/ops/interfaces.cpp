#include "tomosweep/ops/interfaces.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "own_block.hpp"
#include "slabs.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/core/unknown.hpp"
#include "tomosweep/grid/halo.hpp"

namespace tomosweep {
namespace {

/// Least share of a cell's columns, and of the map's cells, that an answer needs: one in so many.
constexpr std::size_t one_in = 4;

/// Columns, and later cells, are off beyond this many spreads from the fitted surface, and never within so many voxels.
constexpr double most_spreads = 4, least_window = 2, least_reach = 0.5;

/// The columns of this rank's cells, and what they say of one interface after the other.
class interface_search {
public:
    interface_search(const domain& grid, double step)
        : grid_(grid),
          step_(step),
          cells_(grid.ranks(), {1, cells_along(grid.volume().y, step), cells_along(grid.volume().x, step)}),
          columns_(columns_of(cells_.own())) {}

    /// Searches all own columns, some rows of cells at a time.
    void search(const grey_volume& own, view3<const std::uint8_t> mask, const interface_levels& levels,
                index_t voxels_per_slab) {
        heights_ = agreed(grid_.ranks(), [&] { return array3<float>({2, columns_.extent().y, columns_.extent().x}); });
        const double cell_voxels = static_cast<double>(grid_.volume().z) * step_ * step_;
        const auto cells_per_slab = static_cast<index_t>(static_cast<double>(voxels_per_slab) / cell_voxels);
        const index_t slabs = slab_count(cells_, axis::y, std::max<index_t>(1, cells_per_slab));
        for (index_t i = 0; i < slabs; ++i)
            search_slab(own, mask, levels, columns_of(slab_of(cells_.own(), axis::y, slabs, i)));
    }

    interface_map map_of(index_t interface, const char* name) const {
        height_map map = over_cells([&](index_t row, index_t column) {
            std::vector<double> heights = known_heights(interface, row, column);
            return enough(heights.size(), row, column) ? median_of(heights) : unknown;
        });
        const std::vector<cell_state> outside = states_of(map);
        require_answers(map, outside, name);
        quadric surface = robust_quadric(map);
        const double window = window_about(surface, map, interface);
        map = over_cells([&](index_t row, index_t column) {
            std::vector<double> residuals = residuals_from(surface, interface, row, column);
            std::erase_if(residuals, [&](double r) { return std::abs(r) > window; });
            return enough(residuals.size(), row, column)
                       ? crowded_mean(residuals) + surface.at(map.middle(row), map.middle(column))
                       : unknown;
        });
        surface = without_outliers(map);
        interface_map result{std::move(map), outside};
        const std::vector<std::uint8_t> filled = fill_unknown(result.map, surface);
        for (std::size_t i = 0; i < filled.size(); ++i)
            if (filled[i] != 0 && result.states[i] != cell_state::outside)
                result.states[i] = cell_state::filled;
        return result;
    }

private:
    box3 columns_of(const box3& cells) const {
        if (cells.empty())
            return {};
        const extent3& volume = grid_.volume();
        return {{0, first_column(cells.lo.y, step_), first_column(cells.lo.x, step_)},
                {volume.z, std::min(volume.y, first_column(cells.hi.y, step_)),
                 std::min(volume.x, first_column(cells.hi.x, step_))}};
    }

    void search_slab(const grey_volume& own, view3<const std::uint8_t> mask, const interface_levels& levels,
                     const box3& box) {
        const grey_volume grey =
            std::visit([&](const auto& held) { return grey_volume(fetch(grid_, held.view(), box)); }, own);
        array3<std::uint8_t> kept;
        // Ranks without voxels have no mask even where the others do.
        if (grid_.ranks().max(std::int64_t{mask.data() != nullptr}) != 0)
            kept = fetch(grid_, mask, box);
        agreed(grid_.ranks(), [&] {
            if (box.empty())
                return;
            const box3 place{{0, box.lo.y - columns_.lo.y, box.lo.x - columns_.lo.x},
                             {2, box.hi.y - columns_.lo.y, box.hi.x - columns_.lo.x}};
            find_columns(grey, kept.voxels() > 0 ? kept.view() : view3<const std::uint8_t>(), levels,
                         heights_.view().part(place));
        });
    }

    /// Calls `visit(y, x, height)` for the columns of a cell that lie in the region, heights as find_columns() has
    /// them.
    template <class Visit>
    void for_columns(index_t interface, index_t row, index_t column, const Visit& visit) const {
        const box3 box = columns_of({{0, row, column}, {1, row + 1, column + 1}});
        for (index_t y = box.lo.y; y < box.hi.y; ++y)
            for (index_t x = box.lo.x; x < box.hi.x; ++x)
                if (const float height = heights_(interface, y - columns_.lo.y, x - columns_.lo.x);
                    height != outside_region)
                    visit(static_cast<double>(y) + 0.5, static_cast<double>(x) + 0.5, double{height});
    }

    /// What `value(y, x, height)` says of the columns with an interface: of those with solid behind it, unless they are
    /// too few.
    template <class Value>
    std::vector<double> of_columns(index_t interface, index_t row, index_t column, const Value& value) const {
        std::vector<double> solid, all;
        for_columns(interface, row, column, [&](double y, double x, double height) {
            if (std::isnan(height))
                return;
            all.push_back(value(y, x, std::abs(height)));
            if (height > 0)
                solid.push_back(all.back());
        });
        return enough(solid.size(), row, column) ? solid : all;
    }

    std::vector<double> known_heights(index_t interface, index_t row, index_t column) const {
        return of_columns(interface, row, column, [](double, double, double height) { return height; });
    }

    std::vector<double> residuals_from(const quadric& surface, index_t interface, index_t row, index_t column) const {
        return of_columns(interface, row, column,
                          [&](double y, double x, double height) { return height - surface.at(y, x); });
    }

    std::size_t columns_in_region(index_t row, index_t column) const {
        std::size_t count = 0;
        for_columns(0, row, column, [&](double, double, double) { ++count; });
        return count;
    }

    bool enough(std::size_t answers, index_t row, index_t column) const {
        return answers > 0 && one_in * answers >= columns_in_region(row, column);
    }

    /// `value(row, column)` of every cell, each from the rank that has its columns, on every rank.
    template <class Value>
    height_map over_cells(const Value& value) const {
        height_map map{cells_.volume().y, cells_.volume().x, step_, {}};
        map.heights.assign(static_cast<std::size_t>(map.rows * map.columns), 0.0);
        const box3& own = cells_.own();
        agreed(grid_.ranks(), [&] {
            for (index_t row = own.lo.y; !own.empty() && row < own.hi.y; ++row)
                for (index_t column = own.lo.x; column < own.hi.x; ++column)
                    map.cell(row, column) = value(row, column);
        });
        // All other ranks have 0 there, so a sum is the value itself.
        grid_.ranks().sum(std::span(map.heights));
        return map;
    }

    /// Cells without any column in the region are outside, all others count as measured for now.
    std::vector<cell_state> states_of(const height_map& map) const {
        const height_map counts = over_cells(
            [&](index_t row, index_t column) { return static_cast<double>(columns_in_region(row, column)); });
        std::vector<cell_state> states(map.heights.size(), cell_state::measured);
        for (std::size_t i = 0; i < states.size(); ++i)
            if (counts.heights[i] == 0)
                states[i] = cell_state::outside;
        return states;
    }

    static void require_answers(const height_map& map, const std::vector<cell_state>& states, const char* name) {
        const auto cells = static_cast<std::size_t>(std::ranges::count(states, cell_state::measured));
        const auto answers =
            static_cast<std::size_t>(std::ranges::count_if(map.heights, [](double h) { return !std::isnan(h); }));
        if (answers == 0 || one_in * answers < cells)
            throw input_error(
                "", std::string("electrode: ") + name,
                "an interface in " + std::to_string(answers) + " of " + std::to_string(cells) + " lateral cells",
                "a scan that shows it in a quarter of them or more: its layers on both sides must lie in "
                "the region, and its grey level between theirs");
    }

    /// Forgets heights that are far from the robust surface through all of them, which it returns: cells that a fibre
    /// or a crack takes nearly whole.
    static quadric without_outliers(height_map& map) {
        const quadric surface = robust_quadric(map);
        const double reach = std::max(least_reach, most_spreads * spread_about(map, surface));
        for (index_t row = 0; row < map.rows; ++row)
            for (index_t column = 0; column < map.columns; ++column)
                if (std::abs(map.cell(row, column) - surface.at(map.middle(row), map.middle(column))) > reach)
                    map.cell(row, column) = unknown;
        return surface;
    }

    /// How far from the surface columns may lie: by the spread of the cells and that of the columns in a usual cell.
    double window_about(const quadric& surface, const height_map& medians, index_t interface) const {
        constexpr double normal = 1.4826;
        height_map spreads = over_cells([&](index_t row, index_t column) {
            std::vector<double> residuals = residuals_from(surface, interface, row, column);
            const double middle = median_of(residuals);
            for (double& each : residuals)
                each = std::abs(each - middle);
            return median_of(residuals);
        });
        std::erase_if(spreads.heights, [](double each) { return std::isnan(each); });
        const double within = normal * median_of(spreads.heights), between = spread_about(medians, surface);
        return std::max(least_window, most_spreads * std::sqrt(within * within + between * between));
    }

    const domain& grid_;
    double step_;
    domain cells_;
    box3 columns_;           ///< all columns of the own cells
    array3<float> heights_;  ///< (collector or separator, y, x) of these columns
};

void check(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask, double step) {
    std::visit([&](const auto& held) { require_own_block(grid, held.view()); }, own);
    if (mask.data() != nullptr)
        require_own_block(grid, mask);
    require(step >= 1, "a cell holds a column or more");
}

}  // namespace

electrode_interfaces find_interfaces(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask,
                                     const interface_levels& levels, double step, index_t voxels_per_slab) {
    agreed(grid.ranks(), [&] { check(grid, own, mask, step); });
    const step_scope charged(grid.ledger(), scan_step::statistics, grid.own().voxels());
    interface_search search(grid, step);
    search.search(own, mask, levels, voxels_per_slab);
    return {search.map_of(0, "collector"), search.map_of(1, "separator")};
}

}  // namespace tomosweep
