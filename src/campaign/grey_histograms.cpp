#include "tomosweep/campaign/grey_histograms.hpp"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <map>

#include <fmt/format.h>

#include "tomosweep/archive/netcdf_file.hpp"
#include "tomosweep/campaign/content_key.hpp"
#include "tomosweep/campaign/scan_queue.hpp"
#include "tomosweep/comm/agreement.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// No id has a colon.
std::string name_in_cache(const histogram_request& request) {
    return request.part.empty() ? request.spec.id : fmt::format("{}:{}", request.spec.id, request.part);
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
std::vector<grey_histogram> read_cache(const campaign_plan& plan, const std::vector<histogram_request>& requests,
                                       const std::string& path) {
    std::vector<grey_histogram> histograms(requests.size());
    if (!std::filesystem::exists(path))
        return histograms;
    const data_group cache = read_netcdf(path);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const data_group* group = find_named(cache.groups, name_in_cache(requests[i]));
        const attribute* key = group == nullptr ? nullptr : find_named(group->attributes, "key");
        if (key != nullptr && std::get<std::string>(key->value) == histogram_key(plan, requests[i]))
            histograms[i] = from_group(*group);
    }
    return histograms;
}

void write_cache(const campaign_plan& plan, const std::vector<histogram_request>& requests,
                 const std::vector<grey_histogram>& histograms, const std::string& path) {
    data_group cache;
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (!histograms[i].counts.empty())
            cache.groups.push_back(
                to_group(histograms[i], name_in_cache(requests[i]), histogram_key(plan, requests[i])));
    write_netcdf(path, cache);
}

/// A request's outcome on its way to rank 0.
struct parcel {
    std::size_t request = 0;
    grey_histogram histogram;
    std::string failure;
};

void append(std::vector<std::byte>& bytes, const void* data, std::size_t count) {
    const auto* first = static_cast<const std::byte*>(data);
    bytes.insert(bytes.end(), first, first + count);
}

void pack(std::vector<std::byte>& bytes, const parcel& sent) {
    const std::uint64_t header[] = {sent.request, sent.histogram.counts.size(), sent.failure.size()};
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
                                    const std::vector<histogram_request>& requests,
                                    const std::vector<std::size_t>& todo) {
    scan_queue queue(world);
    std::vector<std::byte> parcels;
    while (!group.idle) {
        const std::size_t place = queue.take(group.ranks);
        if (place >= todo.size())
            break;
        parcel done{todo[place], {}, {}};
        try {
            done.histogram = scan_histogram(group.ranks, plan, requests[done.request]);
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

}  // namespace

histogram_request request_of(const campaign_plan& plan, std::size_t scan) {
    return {scan, "", plan.job.scans[scan], plan.scans[scan].frame, plan.axes.electrode};
}

std::vector<grey_histogram> take_histograms(const communicator& world, const campaign_layout& layout,
                                            campaign_plan& plan, std::vector<histogram_request> requests,
                                            const std::string& directory, const std::string& file) {
    const std::string path = (std::filesystem::path(directory) / file).string();
    for (histogram_request& request : requests) {
        const auto& files = plan.scans[request.scan];
        std::vector<std::uint64_t> inputs{
            inputs_hash(files.files, request.spec.region.mask ? files.mask_files : std::vector<file_identity>())};
        world.broadcast(inputs);
        request.frame.inputs = inputs.front();
    }
    std::vector<grey_histogram> histograms(requests.size());
    agreed(world, [&] {
        if (world.root())
            histograms = read_cache(plan, requests, path);
    });
    std::vector<std::size_t> todo;
    for (std::size_t i = 0; i < requests.size(); ++i)
        if (histograms[i].counts.empty() && plan.scans[requests[i].scan].failure.empty())
            todo.push_back(i);
    world.broadcast(todo);
    const scan_group group = make_group(world, layout);
    for (const message& arrived : world.exchange({{0, work_through(world, group, plan, requests, todo)}})) {
        const std::byte* at = arrived.bytes.data();
        while (at != arrived.bytes.data() + arrived.bytes.size()) {
            parcel received = unpack(at);
            histograms[received.request] = std::move(received.histogram);
            if (!received.failure.empty())
                plan.scans[requests[received.request].scan].failure = std::move(received.failure);
        }
    }
    for (planned_scan& scan : plan.scans)
        world.broadcast(scan.failure);
    agreed(world, [&] {
        if (world.root() && !todo.empty())
            write_cache(plan, requests, histograms, path);
    });
    return histograms;
}

scan_pools pools_of(const campaign_plan& plan, rule_scope scope, const std::function<bool(std::size_t)>& belongs) {
    scan_pools pools;
    for (std::size_t scan = 0; scan < plan.scans.size(); ++scan)
        if (plan.scans[scan].failure.empty() && belongs(scan))
            pools[scope == rule_scope::sample ? plan.job.scans[scan].sample : std::string()].push_back(scan);
    return pools;
}

void share(const communicator& world, grey_histogram& histogram) {
    std::vector<double> grid{histogram.first, histogram.step};
    world.broadcast(grid);
    world.broadcast(histogram.counts);
    histogram.first = grid[0];
    histogram.step = grid[1];
}

}  // namespace tomosweep
