#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <utility>

#include "neighbourhood_rows.hpp"
#include "tomosweep/core/tables.hpp"

namespace tomosweep::detail {

/// `Width` voxels as bytes: classes, or masks that are -1 where something holds and 0 elsewhere.
template <int Width>
struct voxels_of {
    typedef std::int8_t masks __attribute__((vector_size(Width)));  // NOLINT(modernize-use-using)
};

/// Place of a neighbour among 27 in raster order; 13 is the voxel itself, and what comes before it has joined before
/// it when both have one class.
constexpr std::size_t neighbour(int z, int y, int x) {
    return static_cast<std::size_t>(9 * (z + 1) + 3 * (y + 1) + x + 1);
}
inline constexpr std::size_t itself = neighbour(0, 0, 0);

/// The 16 changes of `Width` voxels, as bytes.
template <int Width>
class voxel_changes {
    using masks = typename voxels_of<Width>::masks;

public:
    /// Of the voxels x, x + 1, ... of the middle row. `Bordered`: some of their neighbours may be outside.
    template <bool Bordered>
    [[gnu::always_inline]] voxel_changes(const row_block& rows, int x, std::bool_constant<Bordered> /*bordered*/) {
        masks own, there;
        load(rows.classes[4] + x + 1, own);
        masks before[27], step[27];
#pragma GCC unroll 27
        for (std::size_t n = 0; n < 27; ++n) {
            if (n == itself)
                continue;
            load(rows.classes[n / 3] + n % 3 + x, there);
            masks lower = there < own;
            masks higher = there > own;
            keep_as_bytes(lower);
            keep_as_bytes(higher);
            before[n] = n < itself ? ~higher : lower;
            step[n] = lower - (Bordered ? higher & (there != signed_outside) : higher);
        }
        of_[0] = masks{} + 1;
        for (std::size_t d = 0; d < half_directions.size(); ++d) {
            const auto [z, y, x_step] = half_directions[d];
            const std::size_t n = neighbour(static_cast<int>(z), static_cast<int>(y), static_cast<int>(x_step));
            of_[1 + d] = step[n] + step[26 - n];
        }
        add_euler(before);
    }

    /// Writes the changes voxel by voxel: those of voxel 16 p + i are the 16 bytes from i Width + 16 p on.
    [[gnu::always_inline]] void write(std::int8_t* out) const {
        masks from[16], to[16];
        std::memcpy(from, of_, sizeof from);
        // Every round turns (vector, byte) addresses of 4 + 4 bits left by one bit; four rounds swap the two.
        for (int round = 0; round < 4; ++round) {
            for (int i = 0; i < 8; ++i) {
                interleave<0>(from[i], from[i + 8], to[2 * i], std::make_integer_sequence<int, Width>{});
                interleave<8>(from[i], from[i + 8], to[2 * i + 1], std::make_integer_sequence<int, Width>{});
            }
            std::memcpy(from, to, sizeof from);
        }
        std::memcpy(out, from, sizeof from);
    }

private:
    /// Hides from the compiler that a mask comes from a comparison: it would turn sums and complements of masks into
    /// further comparisons and choices, at twice the cost.
    [[gnu::always_inline]] static void keep_as_bytes([[maybe_unused]] masks& mask) {
#ifdef __x86_64__
        asm("" : "+v"(mask));
#endif
    }

    // References throughout: vectors wider than the default path's registers have no fixed way to be passed.
    [[gnu::always_inline]] static void load(const signed_class* from, masks& to) {
        std::memcpy(&to, from, sizeof to);
    }

    /// Of every 16 bytes of both the eight from `First` on, in turns.
    template <int First, int... Byte>
    [[gnu::always_inline]] static void interleave(const masks& a, const masks& b, masks& out,
                                                  std::integer_sequence<int, Byte...>) {
        out = __builtin_shufflevector(a, b, ((Byte & 1) * Width + (Byte & ~15) + First + (Byte & 15) / 2)...);
    }

    /// A voxel adds itself, and takes or gives faces, edges and vertices with those that are there already: of the
    /// 6-connected phase those that are full with it, of the 26-connected one those that nobody has brought before.
    [[gnu::always_inline]] void add_euler(const masks (&before)[27]) {
        masks six = masks{} + 1;
        masks all = six;
        for (const std::size_t n : {neighbour(-1, 0, 0), neighbour(1, 0, 0), neighbour(0, -1, 0), neighbour(0, 1, 0),
                                    neighbour(0, 0, -1), neighbour(0, 0, 1)}) {
            six += before[n];
            all += before[n];
        }
        masks full[3][4], touched[3][4];
        for (int a : {0, 1})
            for (int b : {0, 1}) {
                const int u = 2 * a - 1, v = 2 * b - 1, at = 2 * a + b;
                const std::size_t corner[3][3] = {{neighbour(u, 0, 0), neighbour(0, v, 0), neighbour(u, v, 0)},
                                                  {neighbour(u, 0, 0), neighbour(0, 0, v), neighbour(u, 0, v)},
                                                  {neighbour(0, u, 0), neighbour(0, 0, v), neighbour(0, u, v)}};
                for (int plane = 0; plane < 3; ++plane) {
                    const auto& [p, q, r] = corner[plane];
                    full[plane][at] = before[p] & before[q] & before[r];
                    touched[plane][at] = before[p] | before[q] | before[r];
                    six -= full[plane][at];
                    all -= touched[plane][at];
                }
            }
        for (int z : {0, 1})
            for (int y : {0, 1})
                for (int x : {0, 1}) {
                    const masks tip = before[neighbour(2 * z - 1, 2 * y - 1, 2 * x - 1)];
                    six += full[0][2 * z + y] & full[1][2 * z + x] & full[2][2 * y + x] & tip;
                    all += touched[0][2 * z + y] | touched[1][2 * z + x] | touched[2][2 * y + x] | tip;
                }
        of_[14] = six;
        of_[15] = all;
    }

    masks of_[16];
};

}  // namespace tomosweep::detail
