#include "tomosweep/kernels/interface_columns.hpp"

#include <algorithm>
#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// How far the bright voxels of a column outnumber the others up to a layer, and where they do so most.
struct balance {
    std::int32_t now = 0;
    std::int32_t most = 0;
    std::int32_t layers = 0;  ///< up to where they do most; 0 while nowhere

    void add(bool counts, bool bright, std::int32_t layers_now) {
        now += counts ? (bright ? 1 : -1) : 0;
        if (now > most) {
            most = now;
            layers = layers_now;
        }
    }
};

template <class T>
class column_search {
public:
    column_search(view3<const T> grey, view3<const std::uint8_t> mask, const interface_levels& levels)
        : grey_(grey), mask_(mask), levels_(levels) {}

    /// Both interfaces of the columns of row `y`.
    void search_row(index_t y, float* collector, float* separator) const {
        const extent3& extent = grey_.extent();
        const auto length = static_cast<std::size_t>(extent.x);
        std::vector<balance> bright(length), solid(length);
        std::vector<std::uint8_t> inside(length, 0);
        for (index_t step = 0; step < extent.z; ++step) {
            const T* row = grey_.row(layer(step), y);
            const std::uint8_t* kept = mask_.data() == nullptr ? nullptr : mask_.row(layer(step), y);
            const auto layers = static_cast<std::int32_t>(step + 1);
            for (std::size_t x = 0; x < length; ++x) {
                const bool counts = kept == nullptr || kept[x] != 0;
                const auto value = static_cast<double>(row[x]);
                inside[x] |= static_cast<std::uint8_t>(counts);
                bright[x].add(counts, value > levels_.collector, layers);
                solid[x].add(counts, value > levels_.separator, layers);
            }
        }
        for (std::size_t x = 0; x < length; ++x) {
            const index3 column{0, y, static_cast<index_t>(x)};
            collector[x] = inside[x] == 0
                               ? outside_region
                               : marked(column, bright[x].layers, height(column, bright[x].layers, levels_.collector));
            separator[x] = inside[x] == 0 ? outside_region : height(column, solid[x].layers, levels_.separator);
        }
    }

private:
    /// The layer that is `step` layers away from the collector's end.
    index_t layer(index_t step) const { return levels_.collector_last ? grey_.extent().z - 1 - step : step; }

    /// The last bright voxel is number `layers` from the collector's end, the next one is not bright.
    float height(const index3& column, std::int32_t layers, double level) const {
        const index_t extent = grey_.extent().z;
        if (layers == 0 || layers == extent)
            return no_height;
        const index_t inner = layer(layers - 1), outer = layer(layers);
        if (mask_.data() != nullptr && mask_(outer, column.y, column.x) == 0)
            return no_height;
        const auto bright = static_cast<double>(grey_(inner, column.y, column.x));
        const auto dark = static_cast<double>(grey_(outer, column.y, column.x));
        const double steps = static_cast<double>(layers) - 0.5 + (bright - level) / (bright - dark);
        return static_cast<float>(levels_.collector_last ? static_cast<double>(extent) - steps : steps);
    }

    /// With a minus sign where the second voxel behind the collector is not solid.
    float marked(const index3& column, std::int32_t layers, float found) const {
        const index_t second = std::min<index_t>(layers + 1, grey_.extent().z - 1);
        const bool solid = static_cast<double>(grey_(layer(second), column.y, column.x)) > levels_.separator;
        return solid ? found : -found;
    }

    view3<const T> grey_;
    view3<const std::uint8_t> mask_;
    interface_levels levels_;
};

}  // namespace

void find_columns(const grey_volume& grey, view3<const std::uint8_t> mask, const interface_levels& levels,
                  view3<float> heights) {
    std::visit(
        [&]<class T>(const array3<T>& held) {
            const extent3& extent = held.extent();
            require(heights.extent() == extent3{2, extent.y, extent.x}, "two heights for every column");
            require(mask.data() == nullptr || mask.extent() == extent, "the mask has the extent of the block");
            const column_search<T> search(held.view(), mask, levels);
#pragma omp parallel for schedule(static)
            for (index_t y = 0; y < extent.y; ++y)
                search.search_row(y, heights.row(0, y), heights.row(1, y));
        },
        grey);
}

}  // namespace tomosweep
