#include <cstring>
#include <type_traits>

#include "boundary_tree.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

using node = boundary_tree::node;
using node_index = boundary_tree::node_index;
static_assert(std::has_unique_object_representations_v<node>, "nodes travel as they lie in memory");

/// What stands before the nodes and the entries of the faces; all 64-bit, so without gaps.
struct header {
    std::int64_t magic = 0x7472656562797465;
    extent3 whole;
    std::int64_t phases = 0;
    std::int64_t adjacency = 0;
    std::int64_t depth = 0;
    box3 box;
    std::int64_t nodes = 0;
    std::array<std::int64_t, 6> faces{};
};

template <class T>
void put(std::byte*& to, const T* values, std::size_t count) {
    if (count > 0)
        std::memcpy(to, values, count * sizeof(T));
    to += count * sizeof(T);
}

template <class T>
std::vector<T> take(std::span<const std::byte>& bytes, std::int64_t count) {
    require(count >= 0 && static_cast<std::uint64_t>(count) <= bytes.size() / sizeof(T), "a packed tree is complete");
    std::vector<T> values(static_cast<std::size_t>(count));
    const std::size_t size = values.size() * sizeof(T);
    if (size > 0)
        std::memcpy(values.data(), bytes.data(), size);
    bytes = bytes.subspan(size);
    return values;
}

}  // namespace

std::vector<std::byte> pack(const boundary_tree& tree) {
    header head;
    head.whole = tree.problem.whole;
    head.phases = tree.problem.phases;
    head.adjacency = static_cast<std::int64_t>(tree.problem.adjacency);
    head.depth = static_cast<std::int64_t>(tree.problem.depth);
    head.box = tree.box;
    head.nodes = static_cast<std::int64_t>(tree.nodes.size());
    std::size_t size = sizeof head + tree.nodes.size() * sizeof(node);
    for (std::size_t face = 0; face < tree.faces.size(); ++face) {
        head.faces[face] = static_cast<std::int64_t>(tree.faces[face].size());
        size += tree.faces[face].size() * sizeof(node_index);
    }
    std::vector<std::byte> bytes(size);
    std::byte* to = bytes.data();
    put(to, &head, 1);
    put(to, tree.nodes.data(), tree.nodes.size());
    for (const auto& face : tree.faces)
        put(to, face.data(), face.size());
    return bytes;
}

boundary_tree unpack(std::span<const std::byte> bytes) {
    const header head = take<header>(bytes, 1).front();
    require(head.magic == header{}.magic, "the bytes are a packed tree");
    boundary_tree tree;
    tree.problem = {head.whole, static_cast<int>(head.phases), static_cast<connectivity>(head.adjacency),
                    static_cast<axis>(head.depth)};
    tree.box = head.box;
    tree.nodes = take<node>(bytes, head.nodes);
    for (std::size_t face = 0; face < tree.faces.size(); ++face)
        tree.faces[face] = take<node_index>(bytes, head.faces[face]);
    require(bytes.empty(), "nothing follows a packed tree");
    return tree;
}

}  // namespace tomosweep
