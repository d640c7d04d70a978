#include "tomosweep/kernels/prefix_code.hpp"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <vector>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

struct node {
    std::uint64_t count = 0;
    std::size_t symbol = 0;  // of a leaf
    std::size_t parent = 0;
    int depth = 0;
};

std::vector<node> used_leaves(std::span<const std::uint32_t> counts) {
    std::vector<node> leaves;
    for (std::size_t symbol = 0; symbol < counts.size(); ++symbol)
        if (counts[symbol] > 0)
            leaves.push_back({counts[symbol], symbol});
    for (std::size_t symbol = 0; leaves.size() < 2; ++symbol)
        if (counts[symbol] == 0)
            leaves.push_back({1, symbol});
    std::sort(leaves.begin(), leaves.end(),
              [](const node& a, const node& b) { return std::tie(a.count, a.symbol) < std::tie(b.count, b.symbol); });
    return leaves;
}

/// Joins the two rarest nodes until one is left. Leaves are sorted, and joined nodes come in order by themselves.
void join(std::vector<node>& nodes, std::size_t leaves) {
    std::size_t leaf = 0, joined = leaves;
    const auto rarest = [&]() -> std::size_t {
        const bool take_leaf = leaf < leaves && (joined == nodes.size() || nodes[leaf].count <= nodes[joined].count);
        return take_leaf ? leaf++ : joined++;
    };
    while (nodes.size() < 2 * leaves - 1) {
        const std::size_t first = rarest(), second = rarest();
        nodes[first].parent = nodes[second].parent = nodes.size();
        nodes.push_back({nodes[first].count + nodes[second].count});
    }
}

/// The deepest leaf's depth.
int measure(std::vector<node>& nodes) {
    int deepest = 0;
    nodes.back().depth = 0;
    for (std::size_t i = nodes.size() - 1; i-- > 0;) {
        nodes[i].depth = nodes[nodes[i].parent].depth + 1;
        deepest = std::max(deepest, nodes[i].depth);
    }
    return deepest;
}

}  // namespace

void prefix_code_lengths(std::span<const std::uint32_t> counts, int longest, std::span<std::uint8_t> lengths) {
    require(counts.size() >= 2 && counts.size() == lengths.size(), "a prefix code has a length per symbol");
    require(longest >= 1 && longest <= 15 && counts.size() <= std::size_t{1} << longest, "codes have 1 to 15 bits");
    std::vector<node> nodes = used_leaves(counts);
    const std::size_t leaves = nodes.size();
    for (join(nodes, leaves); measure(nodes) > longest; join(nodes, leaves)) {
        // Nearer to each other, and still in order; in the end all are 2 and the tree is flat.
        nodes.resize(leaves);
        for (node& each : nodes)
            each.count = each.count / 2 + 1;
    }
    std::fill(lengths.begin(), lengths.end(), std::uint8_t{0});
    for (std::size_t i = 0; i < leaves; ++i)
        lengths[nodes[i].symbol] = static_cast<std::uint8_t>(nodes[i].depth);
}

void prefix_codes(std::span<const std::uint8_t> lengths, std::span<std::uint16_t> codes) {
    unsigned next = 0;
    for (unsigned bits = 1; bits <= 15; ++bits, next <<= 1U)
        for (std::size_t symbol = 0; symbol < lengths.size(); ++symbol) {
            if (lengths[symbol] != bits)
                continue;
            unsigned turned = 0;
            for (unsigned bit = 0; bit < bits; ++bit)
                turned |= (next >> bit & 1U) << (bits - 1 - bit);
            codes[symbol] = static_cast<std::uint16_t>(turned);
            ++next;
        }
}

}  // namespace tomosweep
