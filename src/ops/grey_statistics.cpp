#include "tomosweep/ops/grey_statistics.hpp"

#include "own_block.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/comm/step_ledger.hpp"

namespace tomosweep {
namespace {

void check(const domain& grid, const grey_volume& own) {
    std::visit([&](const auto& held) { require_own_block(grid, held.view()); }, own);
}

}  // namespace

grey_limits grey_range(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask) {
    const grey_limits local = agreed(grid.ranks(), [&] {
        check(grid, own);
        return grey_range(own, mask);
    });
    // Which of -0.0 and 0.0 wins a minimum depends on the order; adding 0.0 leaves one zero.
    return {grid.ranks().min(local.low) + 0.0, grid.ranks().max(local.high) + 0.0};
}

grey_histogram histogram_of(const domain& grid, const grey_volume& own, view3<const std::uint8_t> mask) {
    const step_scope charged(grid.ledger(), scan_step::statistics, grid.own().voxels());
    grey_limits limits;
    if (dtype_of(own) == dtype::float32) {
        limits = grey_range(grid, own, mask);
        if (limits.low > limits.high)
            return {};
    }
    grey_histogram histogram = agreed(grid.ranks(), [&] {
        check(grid, own);
        return histogram_of(own, limits, mask);
    });
    grid.ranks().sum(std::span(histogram.counts));
    return histogram;
}

}  // namespace tomosweep
