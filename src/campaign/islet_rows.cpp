#include "islet_rows.hpp"

#include <utility>

#include "table_columns.hpp"

namespace tomosweep {
namespace {

constexpr const char* edges = "islet_edge";

/// Columns of rows, and for every point where its rows begin.
struct row_columns {
    std::vector<std::int64_t> first_row{0};
    std::vector<std::vector<std::int64_t>> values;

    explicit row_columns(std::size_t columns) : values(columns) {}
    void end_point() { first_row.push_back(static_cast<std::int64_t>(values.front().size())); }
};

struct column_name {
    const char* name;
    const char* units;
    const char* long_name;
};

void add_columns(data_group& group, const char* first_row, const char* rows, row_columns columns,
                 const std::vector<column_name>& names) {
    const auto length = static_cast<index_t>(columns.values.front().size());
    group.variables.push_back({first_row,
                               {edges},
                               std::move(columns.first_row),
                               "1",
                               "first row of each threshold and, faster, resolution limit",
                               {}});
    if (length == 0)
        return;
    group.dimensions.push_back({rows, length});
    for (std::size_t i = 0; i < names.size(); ++i)
        group.variables.push_back(
            {names[i].name, {rows}, std::move(columns.values[i]), names[i].units, names[i].long_name, {}});
}

/// Calls visit(point, row) for the rows of every point, if the group has such rows.
template <class Visit>
void for_each_row(const data_group& group, const char* first_row, std::size_t points, const Visit& visit) {
    const auto& first = integers(group, first_row, points + 1);
    for (std::size_t point = 0; point < points; ++point)
        for (auto row = static_cast<std::size_t>(first[point]); row < static_cast<std::size_t>(first[point + 1]); ++row)
            visit(point, row);
}

void add_pieces(data_group& group, const std::vector<std::vector<islet_tables>>& islets) {
    row_columns pieces(3);
    for (const auto& limits : islets)
        for (const islet_tables& point : limits) {
            for (const piece_count& row : point.pieces) {
                pieces.values[0].push_back(row.voxels);
                pieces.values[1].push_back(row.cut);
                pieces.values[2].push_back(row.pieces);
            }
            pieces.end_point();
        }
    group.dimensions.push_back({edges, static_cast<index_t>(pieces.first_row.size())});
    add_columns(group, "islet_first_row", "islet_row", std::move(pieces),
                {{"islet_voxels", "1", "voxels of a piece"},
                 {"islet_cut", "1", "1 where the pieces touch the region's border"},
                 {"islet_pieces", "1", "number of pieces"}});
}

void add_widths(data_group& group, const std::vector<std::vector<islet_tables>>& islets) {
    row_columns widths(2);
    for (const auto& limits : islets)
        for (const islet_tables& point : limits) {
            for (const thickness_count& row : point.widths) {
                widths.values[0].push_back(row.radius_sq);
                widths.values[1].push_back(row.voxels);
            }
            widths.end_point();
        }
    if (widths.values.front().empty())
        return;
    add_columns(group, "islet_width_first_row", "islet_width_row", std::move(widths),
                {{"islet_width_sq", "voxel^2",
                  "squared radius of the largest covering disk of the layer; 4294967295 where nothing bounds it"},
                 {"islet_width_voxels", "1", "voxels that are not in the phase"}});
}

}  // namespace

void add_islet_rows(data_group& group, const std::vector<std::vector<islet_tables>>& islets) {
    if (islets.empty())
        return;
    add_pieces(group, islets);
    add_widths(group, islets);
}

std::vector<std::vector<islet_tables>> read_islet_rows(const data_group& group, std::size_t thresholds,
                                                       std::size_t limits) {
    if (find_named(group.variables, "islet_first_row") == nullptr)
        return {};
    std::vector<std::vector<islet_tables>> islets(thresholds, std::vector<islet_tables>(limits));
    const auto at = [&](std::size_t point) -> islet_tables& { return islets[point / limits][point % limits]; };
    const std::size_t points = thresholds * limits;
    const auto rows_of = [&](const char* first_row) {
        return static_cast<std::size_t>(integers(group, first_row, points + 1).back());
    };
    if (const std::size_t rows = rows_of("islet_first_row"); rows > 0) {
        const auto& voxels = integers(group, "islet_voxels", rows);
        const auto& cut = integers(group, "islet_cut", rows);
        const auto& pieces = integers(group, "islet_pieces", rows);
        for_each_row(group, "islet_first_row", points, [&](std::size_t point, std::size_t row) {
            at(point).pieces.push_back({voxels.at(row), cut[row], pieces[row]});
        });
    }
    if (find_named(group.variables, "islet_width_first_row") == nullptr)
        return islets;
    const std::size_t rows = rows_of("islet_width_first_row");
    const auto& radius_sq = integers(group, "islet_width_sq", rows);
    const auto& voxels = integers(group, "islet_width_voxels", rows);
    for_each_row(group, "islet_width_first_row", points, [&](std::size_t point, std::size_t row) {
        at(point).widths.push_back({static_cast<distance_sq_t>(radius_sq.at(row)), 0, voxels[row]});
    });
    return islets;
}

}  // namespace tomosweep
