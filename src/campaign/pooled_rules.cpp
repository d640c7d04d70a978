#include "tomosweep/campaign/pooled_rules.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/scan_queue.hpp"
#include "tomosweep/campaign/scan_task.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/descriptors/otsu.hpp"

namespace tomosweep {
namespace {

using histograms_by_scan = std::vector<grey_histogram>;

rule_scope scope_of(const threshold_spec& threshold) {
    const auto* ruled = std::get_if<ruled_thresholds>(&threshold);
    return ruled == nullptr ? rule_scope::scan : ruled->scope;
}

/// What a histogram depends on: the input, its preprocessing and the region.
std::string histogram_key(const campaign_plan& plan, std::size_t scan) {
    scan_content content;
    content.scan = plan.job.scans[scan];
    content.files = plan.scans[scan].files;
    content.mask_files = plan.scans[scan].mask_files;
    content.electrode = plan.axes.electrode;
    return content_key(content_text(content));
}

std::string cache_path(const std::string& directory) {
    return (std::filesystem::path(directory) / "histograms.h5").string();
}

data_group to_group(const grey_histogram& histogram, const std::string& name, const std::string& key) {
    data_group group;
    group.name = name;
    group.attributes = {{"key", key}, {"first", histogram.first}, {"step", histogram.step}};
    group.dimensions = {{"bin", static_cast<index_t>(histogram.counts.size())}};
    group.variables = {{"counts", {"bin"}, histogram.counts, "1", "voxels by grey level", {}}};
    return group;
}

grey_histogram from_group(const data_group& group) {
    const auto number = [&](const char* name) { return std::get<double>(find_named(group.attributes, name)->value); };
    return {number("first"), number("step"),
            std::get<std::vector<std::int64_t>>(find_named(group.variables, "counts")->values)};
}

/// Histograms of an earlier run, where the input is still the same. Only rank 0 looks.
histograms_by_scan read_cache(const campaign_plan& plan, const std::string& directory) {
    histograms_by_scan histograms(plan.scans.size());
    if (!std::filesystem::exists(cache_path(directory)))
        return histograms;
    const data_group cache = read_netcdf(cache_path(directory));
    for (std::size_t scan = 0; scan < histograms.size(); ++scan) {
        const data_group* group = find_named(cache.groups, plan.job.scans[scan].id);
        const attribute* key = group == nullptr ? nullptr : find_named(group->attributes, "key");
        if (key != nullptr && std::get<std::string>(key->value) == histogram_key(plan, scan))
            histograms[scan] = from_group(*group);
    }
    return histograms;
}

void write_cache(const campaign_plan& plan, const histograms_by_scan& histograms, const std::string& directory) {
    data_group cache;
    for (std::size_t scan = 0; scan < histograms.size(); ++scan)
        if (!histograms[scan].counts.empty())
            cache.groups.push_back(to_group(histograms[scan], plan.job.scans[scan].id, histogram_key(plan, scan)));
    write_netcdf(cache_path(directory), cache);
}

/// A scan's outcome on its way to rank 0.
struct parcel {
    std::size_t scan = 0;
    grey_histogram histogram;
    std::string failure;
};

void append(std::vector<std::byte>& bytes, const void* data, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + count);
}

void pack(std::vector<std::byte>& bytes, const parcel& sent) {
    const std::uint64_t header[] = {sent.scan, sent.histogram.counts.size(), sent.failure.size()};
    append(bytes, header, sizeof header);
    append(bytes, &sent.histogram.first, sizeof(double));
    append(bytes, &sent.histogram.step, sizeof(double));
    append(bytes, sent.histogram.counts.data(), sent.histogram.counts.size() * sizeof(std::int64_t));
    append(bytes, sent.failure.data(), sent.failure.size());
}

parcel unpack(const std::byte*& at) {
    const auto take = [&](void* to, std::size_t count) {
        std::memcpy(to, at, count);
        at += count;
    };
    std::uint64_t header[3];
    take(header, sizeof header);
    parcel received{header[0], {}, std::string(header[2], ' ')};
    take(&received.histogram.first, sizeof(double));
    take(&received.histogram.step, sizeof(double));
    received.histogram.counts.resize(header[1]);
    take(received.histogram.counts.data(), header[1] * sizeof(std::int64_t));
    take(received.failure.data(), header[2]);
    return received;
}

/// The histograms that this rank's group worked out, on the group's first rank.
std::vector<std::byte> work_through(const communicator& world, const scan_group& group, const campaign_plan& plan,
                                    const std::vector<std::size_t>& todo) {
    scan_queue queue(world);
    std::vector<std::byte> parcels;
    while (!group.idle) {
        const std::size_t place = queue.take(group.ranks);
        if (place >= todo.size())
            break;
        parcel done{todo[place], {}, {}};
        try {
            done.histogram = scan_histogram(group.ranks, plan, done.scan);
        } catch (const error& failure) {
            if (failure.kind() != error_kind::input)
                throw;
            done.failure = failure.what();
        }
        if (group.ranks.root())
            pack(parcels, done);
    }
    return parcels;
}

/// Shares what rank 0 knows of one scan.
void share(const communicator& world, grey_histogram& histogram) {
    std::vector<double> grid{histogram.first, histogram.step};
    world.broadcast(grid);
    world.broadcast(histogram.counts);
    histogram.first = grid[0];
    histogram.step = grid[1];
}

/// Histograms of all scans, on rank 0; failures of scans are noted in the plan on every rank.
histograms_by_scan all_histograms(const communicator& world, const campaign_layout& layout, campaign_plan& plan,
                                  const std::string& directory) {
    histograms_by_scan histograms(plan.scans.size());
    agreed(world, [&] {
        if (world.root())
            histograms = read_cache(plan, directory);
    });
    std::vector<std::size_t> todo;
    for (const std::size_t scan : layout.order)
        if (histograms[scan].counts.empty() && plan.scans[scan].failure.empty())
            todo.push_back(scan);
    world.broadcast(todo);
    const scan_group group = make_group(world, layout);
    for (const message& arrived : world.exchange({{0, work_through(world, group, plan, todo)}})) {
        const std::byte* at = arrived.bytes.data();
        while (at != arrived.bytes.data() + arrived.bytes.size()) {
            parcel received = unpack(at);
            histograms[received.scan] = std::move(received.histogram);
            plan.scans[received.scan].failure = std::move(received.failure);
        }
    }
    for (planned_scan& scan : plan.scans)
        world.broadcast(scan.failure);
    agreed(world, [&] {
        if (world.root() && !todo.empty())
            write_cache(plan, histograms, directory);
    });
    return histograms;
}

/// Pools rank 0's histograms by campaign or sample, and shares each pool once.
std::map<std::string, grey_histogram> pool(const communicator& world, const campaign_plan& plan,
                                           const histograms_by_scan& histograms, rule_scope scope) {
    std::map<std::string, std::vector<std::size_t>> members;
    for (std::size_t scan = 0; scan < plan.scans.size(); ++scan)
        if (plan.scans[scan].failure.empty())
            members[scope == rule_scope::sample ? plan.job.scans[scan].sample : std::string()].push_back(scan);
    std::map<std::string, grey_histogram> pools;
    for (const auto& [name, scans] : members) {
        grey_histogram& pooled_one = pools[name];
        if (world.root()) {
            histograms_by_scan chosen;
            for (const std::size_t scan : scans)
                chosen.push_back(histograms[scan]);
            pooled_one = pooled(chosen);
        }
        share(world, pooled_one);
    }
    return pools;
}

}  // namespace

std::vector<std::vector<grey_histogram>> pooled_histograms(const communicator& world, const campaign_layout& layout,
                                                           campaign_plan& plan, const std::string& directory) {
    std::vector<std::vector<grey_histogram>> result(plan.scans.size(),
                                                    std::vector<grey_histogram>(plan.job.phases.size()));
    const bool needed = std::ranges::any_of(
        plan.thresholds, [](const threshold_spec& spec) { return scope_of(spec) != rule_scope::scan; });
    if (!needed)
        return result;
    const histograms_by_scan histograms = all_histograms(world, layout, plan, directory);
    for (std::size_t phase = 0; phase < plan.thresholds.size(); ++phase) {
        const rule_scope scope = scope_of(plan.thresholds[phase]);
        if (scope == rule_scope::scan)
            continue;
        const auto pools = pool(world, plan, histograms, scope);
        for (std::size_t scan = 0; scan < plan.scans.size(); ++scan)
            if (plan.scans[scan].failure.empty())
                result[scan][phase] = pools.at(scope == rule_scope::sample ? plan.job.scans[scan].sample : "");
    }
    return result;
}

}  // namespace tomosweep
