#include "tomosweep/campaign/layout.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include <fmt/format.h>

#include "tomosweep/core/counted.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

constexpr double mib = 1048576.0, gib = 1024 * mib;

std::vector<std::size_t> largest_first(const std::vector<scan_load>& scans) {
    std::vector<std::size_t> order(scans.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return voxel_count(scans[a].volume) > voxel_count(scans[b].volume);
    });
    return order;
}

/// Ranks that a scan has voxels for.
int useful_ranks(const scan_load& scan, const cost_model& model, int ranks) {
    const index_t blocks = voxel_count(scan.volume) / model.smallest_block;
    return static_cast<int>(std::clamp<index_t>(blocks, 1, ranks));
}

struct fullest {
    double bytes = 0;
    const scan_load* scan = nullptr;
};

/// The scan that takes the most memory per rank, which need not be the one with the most voxels.
fullest fullest_scan(const std::vector<scan_load>& scans, int ranks, const workload& work, const cost_model& model) {
    fullest most;
    for (const scan_load& scan : scans) {
        const double bytes = bytes_per_rank(scan, ranks, work, model);
        if (bytes > most.bytes)
            most = {bytes, &scan};
    }
    return most;
}

/// Small amounts in MiB; `round` takes them to the digits that are shown.
std::string size_text(double bytes, double (*round)(double)) {
    return bytes < 0.1 * gib ? fmt::format("{:.0f} MiB", round(bytes / mib))
                             : fmt::format("{:.1f} GiB", round(bytes / gib * 10) / 10);
}

[[noreturn]] void refuse_memory(const std::vector<scan_load>& scans, int ranks, const workload& work,
                                const rank_pool& pool, const cost_model& model) {
    const fullest most = fullest_scan(scans, ranks, work, model);
    std::string ways = size_text(most.bytes, std::ceil) + " per rank";
    for (int more = 2 * ranks; more <= 64 * pool.ranks; more *= 2)
        if (fullest_scan(scans, more, work, model).bytes <= pool.bytes_per_rank) {
            ways += fmt::format(", {} ranks of this size", more);
            if (pool.ranks_per_node > 0)
                ways += fmt::format(" ({} like this)",
                                    counted((more + pool.ranks_per_node - 1) / pool.ranks_per_node, "node"));
            break;
        }
    throw resource_error("memory", fmt::format("scan {} needs {} on each of {}, there are {}{}; "
                                               "what would fit: {}, a smaller region, or a larger binning",
                                               most.scan->id, size_text(most.bytes, std::round), counted(ranks, "rank"),
                                               size_text(pool.bytes_per_rank, std::floor),
                                               pool.bound.empty() ? "" : fmt::format(" ({})", pool.bound), ways));
}

/// Ranks that hold the largest scan if its blocks were all equal and without halos; fewer need not be tried.
int least_ranks(const std::vector<scan_load>& scans, const workload& work, const rank_pool& pool,
                const cost_model& model) {
    double most = 0;
    for (const scan_load& scan : scans)
        most = std::max(most, peak_bytes(scan, work, model));
    const double room = pool.bytes_per_rank - model.rank_bytes;
    return room > 0 ? static_cast<int>(std::clamp(most / room, 1.0, pool.ranks + 1.0)) : pool.ranks + 1;
}

int smallest_group(const std::vector<scan_load>& scans, const workload& work, const rank_pool& pool,
                   const cost_model& model) {
    if (pool.bytes_per_rank <= 0)
        return 1;
    const scan_load* tightest = &scans.front();
    for (int ranks = least_ranks(scans, work, pool, model); ranks <= pool.ranks; ++ranks) {
        // The scan that did not fit before as a rule does not fit now: the others need not be looked at.
        if (bytes_per_rank(*tightest, ranks, work, model) > pool.bytes_per_rank)
            continue;
        const fullest most = fullest_scan(scans, ranks, work, model);
        if (most.bytes <= pool.bytes_per_rank)
            return ranks;
        tightest = most.scan;
    }
    refuse_memory(scans, pool.ranks, work, pool, model);
}

/// The pair that takes the most memory per rank.
double fullest_pair(const workload& work, int ranks, const cost_model& model) {
    double most = 0;
    for (const pair_load& pair : work.pairs)
        most = std::max(most, bytes_per_rank(pair, ranks, work, model));
    return most;
}

bool hold(const std::vector<scan_load>& scans, int ranks, const workload& work, const rank_pool& pool,
          const cost_model& model) {
    return fullest_scan(scans, ranks, work, model).bytes <= pool.bytes_per_rank;
}

bool hold_pairs(const workload& work, int ranks, const rank_pool& pool, const cost_model& model) {
    return fullest_pair(work, ranks, model) <= pool.bytes_per_rank;
}

/// Ranks from `least` on that hold the scans and the largest pair; `least` if all ranks together do not hold that pair,
/// for scans can be analysed all the same.
int with_room_for_pairs(const std::vector<scan_load>& scans, int least, const workload& work, const rank_pool& pool,
                        const cost_model& model) {
    if (pool.bytes_per_rank <= 0 || !hold_pairs(work, pool.ranks, pool, model))
        return least;
    for (int ranks = least; ranks <= pool.ranks; ++ranks)
        if (hold_pairs(work, ranks, pool, model) && hold(scans, ranks, work, pool, model))
            return ranks;
    return least;
}

/// The most ranks from `smallest` to `most` that hold what `smallest` do: more ranks may need more memory each, where
/// their number has unfortunate divisors.
int largest_group(const std::vector<scan_load>& scans, int smallest, int most, const workload& work,
                  const rank_pool& pool, const cost_model& model) {
    if (pool.bytes_per_rank <= 0)
        return std::max(most, smallest);
    const bool pairs = hold_pairs(work, smallest, pool, model);
    for (int ranks = most; ranks > smallest; --ranks)
        if (hold(scans, ranks, work, pool, model) && (!pairs || hold_pairs(work, ranks, pool, model)))
            return ranks;
    return smallest;
}

int chosen_group(const std::vector<scan_load>& scans, int asked, const workload& work, const rank_pool& pool,
                 const cost_model& model) {
    if (asked < 1 || asked > pool.ranks)
        throw resource_error("ranks",
                             fmt::format("{} ranks per scan were asked for, {} can be had", asked, pool.ranks));
    for (const scan_load& scan : scans)
        if (voxel_count(scan.volume) < asked)
            throw input_error("command line", "--ranks-per-scan", std::to_string(asked),
                              fmt::format("at most {}, the voxels of scan {}", voxel_count(scan.volume), scan.id));
    if (pool.bytes_per_rank > 0 && fullest_scan(scans, asked, work, model).bytes > pool.bytes_per_rank)
        refuse_memory(scans, asked, work, pool, model);
    return asked;
}

/// Time until the last group is done when each takes the next piece of work as soon as it is free.
double time_of(const std::vector<double>& pieces, int groups) {
    std::vector<double> busy_until(static_cast<std::size_t>(groups), 0.0);
    for (const double seconds : pieces)
        *std::min_element(busy_until.begin(), busy_until.end()) += seconds;
    return *std::max_element(busy_until.begin(), busy_until.end());
}

pair_share share_of_pairs(const campaign_layout& layout, const workload& work, const rank_pool& pool,
                          const cost_model& model) {
    pair_share share;
    share.bytes_per_rank = fullest_pair(work, layout.ranks_per_scan, model);
    share.fits = pool.bytes_per_rank <= 0 || share.bytes_per_rank <= pool.bytes_per_rank;
    std::vector<double> pieces;
    for (const pair_load& pair : work.pairs)
        pieces.push_back(seconds(pair, layout.ranks_per_scan, pool.threads_per_rank, work, model));
    std::ranges::sort(pieces, std::greater<>());
    share.seconds = time_of(pieces, layout.groups);
    return share;
}

}  // namespace

campaign_layout choose_layout(const std::vector<scan_load>& scans, const workload& work, const rank_pool& pool,
                              const cost_model& model, std::optional<int> ranks_per_scan) {
    require(pool.ranks >= 1 && pool.threads_per_rank >= 1, "a run has ranks and threads");
    campaign_layout layout;
    layout.order = largest_first(scans);
    if (scans.empty())
        return layout;
    const int smallest = ranks_per_scan
                             ? chosen_group(scans, *ranks_per_scan, work, pool, model)
                             : with_room_for_pairs(scans, smallest_group(scans, work, pool, model), work, pool, model);
    const int wanted = static_cast<int>(std::min(scans.size(), static_cast<std::size_t>(pool.ranks / smallest)));
    layout.groups = std::max(wanted, 1);
    layout.ranks_per_scan = smallest;
    if (!ranks_per_scan)
        layout.ranks_per_scan =
            largest_group(scans, smallest, useful_ranks(scans[layout.order.front()], model, pool.ranks / layout.groups),
                          work, pool, model);
    layout.bytes_per_rank = fullest_scan(scans, layout.ranks_per_scan, work, model).bytes;
    std::vector<double> pieces;
    for (const std::size_t scan : layout.order)
        pieces.push_back(seconds(scans[scan], layout.ranks_per_scan, pool.threads_per_rank, work, model));
    layout.pairs = share_of_pairs(layout, work, pool, model);
    layout.seconds = time_of(pieces, layout.groups) + layout.pairs.seconds;
    for (const scan_load& scan : scans)
        layout.exchanged_bytes += traffic_of(scan, layout.ranks_per_scan, work, model).total_bytes();
    return layout;
}

node_layout choose_nodes(const std::vector<scan_load>& scans, const workload& work, const node_pool& pool,
                         const cost_model& model) {
    require(pool.cores_per_node >= 1, "a node has cores");
    node_layout layout;
    layout.threads_per_rank = std::min(8, pool.cores_per_node);
    while (pool.cores_per_node % layout.threads_per_rank != 0)
        --layout.threads_per_rank;
    layout.ranks_per_node = pool.cores_per_node / layout.threads_per_rank;
    const double bytes_per_rank = pool.bytes_per_node / layout.ranks_per_node;
    const auto ranks_of = [&](int nodes) {
        return rank_pool{nodes * layout.ranks_per_node, layout.threads_per_rank, bytes_per_rank};
    };
    constexpr int most_nodes = 1024;
    layout.nodes = pool.nodes;
    if (pool.nodes <= 0) {
        const rank_pool all = ranks_of(most_nodes);
        const int ranks =
            scans.empty() ? 1 : with_room_for_pairs(scans, smallest_group(scans, work, all, model), work, all, model);
        layout.nodes = (ranks + layout.ranks_per_node - 1) / layout.ranks_per_node;
    }
    layout.campaign = choose_layout(scans, work, ranks_of(layout.nodes), model);
    return layout;
}

double parse_bytes(std::string_view text, std::string_view option) {
    double number = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    if (unit.ends_with("iB"))
        unit.remove_suffix(2);
    else if (unit.ends_with("B"))
        unit.remove_suffix(1);
    constexpr std::string_view units = "KMGT";
    const std::size_t power = unit.empty() ? 1 : units.find(unit);
    const double bytes = number * std::pow(1024.0, static_cast<double>(power + 1));
    constexpr double most = 0x1p60;
    if (failure != std::errc() || unit.size() > 1 || power == std::string_view::npos || !(bytes >= 1 && bytes <= most))
        throw input_error("", std::string(option), fmt::format("'{}'", text), "a size such as 256G, 1.5T or 64000M");
    return bytes;
}

}  // namespace tomosweep
