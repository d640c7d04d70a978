#include "label_graph.hpp"

#include <algorithm>
#include <map>

#include "own_block.hpp"
#include "tomosweep/comm/agreement.hpp"

namespace tomosweep {
namespace {

/// To the owner of component `to`: its connected part also holds `label`. As a question: what is `to`'s label?
struct note {
    std::uint64_t to = 0;
    std::uint64_t label = 0;
};

using notes_by_rank = std::map<int, std::vector<note>>;

notes_by_rank exchanged(const communicator& ranks, const notes_by_rank& outgoing) {
    std::vector<message> messages;
    for (const auto& [rank, notes] : outgoing)
        messages.push_back({rank, to_bytes(notes)});
    notes_by_rank incoming;
    for (const message& in : ranks.exchange(messages))
        incoming[in.rank] = from_bytes<note>(in.bytes);
    return incoming;
}

/// The rank's share of the graph. `lowest_` only ever falls, and always is a label of the same connected part, so the
/// order in which notes arrive changes the number of rounds at most.
class graph_share {
public:
    graph_share(const domain& grid, std::span<const std::uint64_t> labels, std::vector<touching_pair> pairs)
        : grid_(&grid), labels_(labels), lowest_(labels.begin(), labels.end()) {
        std::ranges::sort(pairs);
        const auto repeated = std::ranges::unique(pairs);
        pairs.erase(repeated.begin(), repeated.end());
        for (const touching_pair& pair : pairs)
            edges_.push_back({place(pair.own), pair.other});
        told_.assign(edges_.size(), 0);
    }

    /// One round; true when a label of this rank fell.
    bool round() {
        changed_ = false;
        tell_neighbours();
        tell_former_lowest();
        jump();
        return changed_;
    }

    std::vector<std::uint64_t> take() && { return std::move(lowest_); }

private:
    struct edge {
        std::size_t own = 0;
        std::uint64_t other = 0;
    };

    std::size_t place(std::uint64_t label) const {
        const auto found = std::ranges::lower_bound(labels_, label);
        require(found != labels_.end() && *found == label, "a component is known to its owner");
        return static_cast<std::size_t>(found - labels_.begin());
    }

    int owner(std::uint64_t label) const {
        const decomposition& blocks = grid_->blocks();
        const auto index = static_cast<index_t>(label - 1);
        const extent3& extent = blocks.volume();
        const index3 voxel{index / (extent.y * extent.x), index / extent.x % extent.y, index % extent.x};
        return blocks.rank_at(blocks.positions_meeting({voxel, voxel + index3{1, 1, 1}}).lo);
    }

    void add(notes_by_rank& notes, std::uint64_t to, std::uint64_t label) const {
        notes[owner(to)].push_back({to, label});
    }

    /// Lowers a label; what it was before hears of the new one in the same round (hooking).
    void lower(std::size_t component, std::uint64_t label) {
        if (label >= lowest_[component])
            return;
        if (lowest_[component] != labels_[component])
            add(hooks_, lowest_[component], label);
        lowest_[component] = label;
        changed_ = true;
    }

    void take_in(const notes_by_rank& incoming) {
        for (const auto& [rank, notes] : incoming)
            for (const note& each : notes)
                lower(place(each.to), each.label);
    }

    void tell_neighbours() {
        notes_by_rank notes;
        for (std::size_t i = 0; i < edges_.size(); ++i)
            if (const std::uint64_t label = lowest_[edges_[i].own]; label != told_[i]) {
                add(notes, edges_[i].other, label);
                told_[i] = label;
            }
        take_in(exchanged(grid_->ranks(), notes));
    }

    void tell_former_lowest() {
        notes_by_rank hooks = std::exchange(hooks_, {});
        take_in(exchanged(grid_->ranks(), hooks));
    }

    /// Every component takes over the label of the component that its label names.
    void jump() {
        notes_by_rank questions;
        for (std::size_t i = 0; i < lowest_.size(); ++i)
            if (lowest_[i] != labels_[i])
                add(questions, lowest_[i], labels_[i]);
        notes_by_rank answers = exchanged(grid_->ranks(), questions);
        for (auto& [rank, notes] : answers)
            for (note& each : notes)
                each = {each.label, lowest_[place(each.to)]};
        take_in(exchanged(grid_->ranks(), answers));
    }

    const domain* grid_;
    std::span<const std::uint64_t> labels_;
    std::vector<std::uint64_t> lowest_;
    std::vector<edge> edges_;
    std::vector<std::uint64_t> told_;  // by edge: the label that its other end has heard of
    notes_by_rank hooks_;
    bool changed_ = false;
};

}  // namespace

std::vector<std::uint64_t> smallest_connected(const domain& grid, std::span<const std::uint64_t> labels,
                                              std::vector<touching_pair> pairs) {
    graph_share share(grid, labels, std::move(pairs));
    while (grid.ranks().max(std::uint8_t{share.round()}) != 0) {
    }
    return std::move(share).take();
}

}  // namespace tomosweep
