#include "tomosweep/ops/registration.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <type_traits>
#include <variant>

#include "coarse_volume.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/grid/halo.hpp"
#include "tomosweep/kernels/alignment.hpp"
#include "tomosweep/kernels/binning.hpp"
#include "tomosweep/kernels/gaussian.hpp"
#include "tomosweep/kernels/phase_correlation.hpp"

namespace tomosweep {
namespace {

/// Enough to tell where the volumes correlate best, and to come within a few hundredths of a cube.
constexpr index_t scoring_samples = index_t{1} << 15;
constexpr index_t coarse_samples = index_t{1} << 18;
constexpr double smoothing = 1;
constexpr int most_steps = 60;

bool has_mask(const state_volume& state) {
    return state.grid.ranks().max(std::int64_t{state.mask.data() != nullptr ? 1 : 0}) != 0;
}

vector3 middle_of(const extent3& volume) {
    return {static_cast<double>(volume.z) / 2, static_cast<double>(volume.y) / 2, static_cast<double>(volume.x) / 2};
}

/// Grey levels of any box of a state, smoothed. Collective.
array3<float> smoothed(const state_volume& state, const box3& box) {
    const extent3& volume = state.grid.volume();
    const box3 seen = grown(box, gaussian_halo(smoothing), whole(volume));
    return std::visit(
        [&]<class T>(const array3<T>& own) {
            const array3<T> grey = fetch(state.grid, own.view(), seen);
            return agreed(state.grid.ranks(), [&] {
                return box.empty() ? array3<float>()
                                   : gaussian_filter<T, float>(grey.view(), seen, box, volume, smoothing);
            });
        },
        state.grey);
}

/// Grey levels of any box of a state, as float. Collective.
array3<float> levels_of(const state_volume& state, const box3& box) {
    return std::visit(
        [&]<class T>(const array3<T>& own) {
            array3<T> grey = fetch(state.grid, own.view(), box);
            if constexpr (std::is_same_v<T, float>)
                return grey;
            else
                return agreed(state.grid.ranks(), [&] {
                    array3<float> levels(grey.extent());
                    std::ranges::transform(grey.values(), levels.data(),
                                           [](T level) { return static_cast<float>(level); });
                    return levels;
                });
        },
        state.grey);
}

/// The part of the moving volume that the rank's block of the fixed volume maps to; it follows the transform.
class moving_window {
public:
    moving_window(const domain& fixed, const state_volume& moving)
        : fixed_(fixed), moving_(moving), masked_(has_mask(moving)) {}

    /// Collective.
    const grey_part& at(const rigid_transform& transform) {
        const box3 needed = aligned_box(fixed_.own(), transform, moving_.grid.volume());
        const bool leaves = !needed.empty() && intersection(needed, part_.box) != needed;
        if (fixed_.ranks().max(std::int64_t{leaves ? 1 : 0}) != 0)
            read(needed);
        return part_;
    }

private:
    void read(const box3& needed) {
        constexpr index_t margin = 4;
        const extent3& volume = moving_.grid.volume();
        const box3 box = grown(needed, {margin, margin, margin}, whole(volume));
        grey_ = {};
        grey_ = smoothed(moving_, box);
        if (masked_)
            mask_ = fetch(moving_.grid, moving_.mask, box);
        part_ = {grey_.view(), masked_ ? mask_.view() : view3<std::uint8_t>(), box, volume};
    }

    const domain& fixed_;
    const state_volume& moving_;
    bool masked_;
    array3<float> grey_;
    array3<std::uint8_t> mask_;
    grey_part part_;
};

using measurement = std::function<alignment_sums(const alignment_guess&)>;

/// A guess, and what the volumes say about it.
struct alignment {
    alignment_guess guess;
    alignment_sums sums;
    double last_move = 0;
    int steps = 0;
    bool converged = false;
};

alignment_guess stepped(const alignment_guess& guess, const alignment_step& step, double share, const vector3& middle) {
    alignment_guess next = guess;
    vector3 move{}, turn{};
    for (std::size_t i = 0; i < 3; ++i) {
        move[i] = share * step[i];
        turn[i] = share * step[i + 3] / guess.arm;
    }
    next.transform = moved(guess.transform, guess.pivot, turn, move);
    next.pivot = next.transform(middle);
    next.gain += share * step[6];
    next.offset += share * step[7];
    return next;
}

double length_of(const alignment_step& step) {
    return std::sqrt(step[0] * step[0] + step[1] * step[1] + step[2] * step[2]) +
           std::sqrt(step[3] * step[3] + step[4] * step[4] + step[5] * step[5]);
}

std::array<bool, alignment_unknowns> free_unknowns(registration_kind kind) {
    const bool shifts = kind != registration_kind::none, turns = kind == registration_kind::rigid;
    return {shifts, shifts, shifts, turns, turns, turns, true, true};
}

/// Gauss-Newton, with steps halved until they help.
alignment minimised(const measurement& measure, const alignment_guess& start, registration_kind kind,
                    const vector3& middle) {
    alignment best{start, measure(start)};
    while (best.steps < most_steps && !best.converged && best.sums.samples > 0) {
        const alignment_step step = best_step(best.sums, free_unknowns(kind));
        ++best.steps;
        bool better = false;
        for (double share = 1; share > 0.05 && !better; share /= 2) {
            const alignment_guess next = stepped(best.guess, step, share, middle);
            const alignment_sums sums = measure(next);
            best.last_move = share * length_of(step);
            better = sums.samples > 0 && sums.residual() < best.sums.residual();
            if (better) {
                best.guess = next;
                best.sums = sums;
            }
        }
        best.converged = !better || best.last_move < registration_tolerance;
    }
    return best;
}

alignment_guess guess_at(const rigid_transform& transform, const coarse_volume& fixed, const coarse_volume& moving,
                         const extent3& volume, index_t samples) {
    const vector3 middle = middle_of(volume);
    alignment_guess guess;
    guess.transform = transform;
    guess.pivot = transform(middle);
    guess.arm = std::max(1.0, std::sqrt(middle[0] * middle[0] + middle[1] * middle[1] + middle[2] * middle[2]));
    guess.fixed_mean = fixed.mean;
    guess.fixed_deviation = fixed.deviation;
    guess.moving_mean = moving.mean;
    guess.moving_deviation = moving.deviation;
    guess.stride = binning_for(volume, samples);
    return guess;
}

/// Where the binned volumes fit best, in voxels of these; for one rank.
class coarse_search {
public:
    coarse_search(const coarse_volume& fixed, const coarse_volume& moving)
        : fixed_(fixed), moving_(moving), fixed_grey_(smooth(fixed)), moving_grey_(smooth(moving)) {}

    rigid_transform best(registration_kind kind, const rigid_transform& before, bool refined) const {
        constexpr std::size_t peaks = 8;
        std::vector<rigid_transform> candidates{before};
        for (const index3& shift : likely_shifts(fixed_.grey.view(), moving_.grey.view(), peaks))
            candidates.push_back(
                {.shift = {static_cast<double>(shift.z), static_cast<double>(shift.y), static_cast<double>(shift.x)}});
        rigid_transform found = before;
        double highest = -2;
        for (const rigid_transform& candidate : candidates)
            if (const double score = score_of(candidate); score > highest) {
                highest = score;
                found = candidate;
            }
        if (!refined)
            return found;
        const auto measure = [&](const alignment_guess& guess) { return align(fixed_part(), moving_part(), guess); };
        const extent3& volume = fixed_.grey.extent();
        return minimised(measure, guess_at(found, fixed_, moving_, volume, coarse_samples), kind, middle_of(volume))
            .guess.transform;
    }

private:
    static array3<float> smooth(const coarse_volume& volume) {
        const box3 box = whole(volume.grey.extent());
        return gaussian_filter<float>(volume.grey.view(), box, box, volume.grey.extent(), smoothing);
    }
    grey_part fixed_part() const {
        return {fixed_grey_.view(), fixed_.mask.view(), whole(fixed_grey_.extent()), fixed_grey_.extent()};
    }
    grey_part moving_part() const {
        return {moving_grey_.view(), moving_.mask.view(), whole(moving_grey_.extent()), moving_grey_.extent()};
    }

    /// Small overlaps correlate by chance.
    double score_of(const rigid_transform& candidate) const {
        constexpr double least_overlap = 0.2;
        const extent3& volume = fixed_.grey.extent();
        const alignment_sums sums =
            align(fixed_part(), moving_part(), guess_at(candidate, fixed_, moving_, volume, scoring_samples));
        const bool enough = static_cast<double>(sums.samples) > least_overlap * static_cast<double>(sums.offered);
        return enough ? sums.correlation() *
                            std::sqrt(static_cast<double>(sums.samples) / static_cast<double>(sums.offered))
                      : -1;
    }

    const coarse_volume& fixed_;
    const coarse_volume& moving_;
    array3<float> fixed_grey_, moving_grey_;
};

/// The first rank searches, all learn. Collective.
rigid_transform coarse_start(const communicator& ranks, const coarse_volume& fixed, const coarse_volume& moving,
                             index_t binning, registration_kind kind, const rigid_transform& before) {
    std::vector<rigid_transform> start{before};
    if (kind == registration_kind::none || fixed.grey.voxels() == 0 || moving.grey.voxels() == 0)
        return before;
    agreed(ranks, [&] {
        if (!ranks.root())
            return;
        const auto edge = static_cast<double>(binning);
        const rigid_transform found =
            coarse_search(fixed, moving).best(kind, in_other_coordinates(before, 1 / edge, {}, {}), binning > 1);
        start.front() = in_other_coordinates(found, edge, {}, {});
    });
    ranks.broadcast(start);
    return start.front();
}

alignment_sums summed(const communicator& ranks, alignment_sums sums) {
    static_assert(sizeof(alignment_sums) % sizeof(std::int64_t) == 0);
    ranks.sum(std::span(reinterpret_cast<std::int64_t*>(&sums), sizeof sums / sizeof(std::int64_t)));
    return sums;
}

}  // namespace

registration register_state(const state_volume& fixed, const state_volume& moving, registration_kind kind,
                            const rigid_transform& before, const registration_effort& effort) {
    const communicator& ranks = fixed.grid.ranks();
    const extent3& volume = fixed.grid.volume();
    const index_t binning =
        std::max(binning_for(volume, effort.most_cubes), binning_for(moving.grid.volume(), effort.most_cubes));
    const coarse_volume coarse_fixed = coarsened(fixed, binning), coarse_moving = coarsened(moving, binning);
    const rigid_transform start = coarse_start(ranks, coarse_fixed, coarse_moving, binning, kind, before);

    const array3<float> fixed_grey = smoothed(fixed, fixed.grid.own());
    const grey_part fixed_part{fixed_grey.view(), fixed.mask, fixed.grid.own(), volume};
    moving_window window(fixed.grid, moving);
    const measurement measure = [&](const alignment_guess& guess) {
        return summed(ranks, align(fixed_part, window.at(guess.transform), guess));
    };
    const auto guess = [&](const rigid_transform& transform) {
        return guess_at(transform, coarse_fixed, coarse_moving, volume, effort.most_samples);
    };
    registration result;
    result.correlation_before = measure(guess(before)).correlation();
    const alignment best = minimised(measure, guess(start), kind, middle_of(volume));
    result.transform = best.guess.transform;
    result.correlation = best.sums.correlation();
    result.overlap =
        best.sums.offered > 0 ? static_cast<double>(best.sums.samples) / static_cast<double>(best.sums.offered) : 0;
    result.residual_grey = best.sums.residual() * coarse_fixed.deviation;
    result.last_move = best.last_move;
    result.samples = best.sums.samples;
    result.steps = best.steps;
    result.converged = best.converged;
    return result;
}

resampled_grey resample_state(const state_volume& fixed, const state_volume& moving, const rigid_transform& transform) {
    const box3 box = mapped_box(fixed.grid.own(), transform, moving.grid.volume());
    const bool masked = has_mask(moving);
    const array3<float> grey = levels_of(moving, box);
    const array3<std::uint8_t> mask = masked ? fetch(moving.grid, moving.mask, box) : array3<std::uint8_t>();
    const grey_part part{grey.view(), masked ? mask.view() : view3<const std::uint8_t>(), box, moving.grid.volume()};
    return agreed(fixed.grid.ranks(), [&] {
        return resample({{}, fixed.mask, fixed.grid.own(), fixed.grid.volume()}, part, transform);
    });
}

}  // namespace tomosweep
