#pragma once

#include <cstdint>
#include <span>

namespace tomosweep {

/// Lengths in bits of a prefix code (Huffman 1952) for symbols that occur `counts` times, at most `longest` bits each;
/// 0 for what does not occur. Symbols without use make up for fewer than two used ones, as some readers of deflate
/// want. Shortest possible unless `longest` forbids it, then nearly so. At least two symbols, at most 2^longest. The
/// same lengths on every machine. Local.
void prefix_code_lengths(std::span<const std::uint32_t> counts, int longest, std::span<std::uint8_t> lengths);

/// The codes of these lengths (at most 15) as deflate numbers them (RFC 1951, 3.2.2), their first bit lowest. Local.
void prefix_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes);

}  // namespace tomosweep
