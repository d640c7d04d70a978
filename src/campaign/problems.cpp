#include "tomosweep/campaign/problems.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "tomosweep/campaign/frame.hpp"
#include "tomosweep/campaign/threshold_problems.hpp"

namespace tomosweep {
namespace {

/// What is known of a scan that could be opened.
struct scan_facts {
    const scan_spec* scan;
    extent3 extent;
    dtype type;
    std::vector<file_identity> files;
};

std::string words(const extent3& extent) {
    return fmt::format("[{}, {}, {}]", extent.z, extent.y, extent.x);
}

/// True when the centre of at least one voxel of `box`, which is not empty, lies inside the cylinder.
bool meets(const cylinder& shape, const box3& box) {
    double distance_sq = 0;
    int coordinate = 0;
    for (const axis direction : {axis::z, axis::y, axis::x}) {
        if (direction == shape.direction)
            continue;
        const double center = shape.center[coordinate++];
        const double nearest = std::clamp(std::floor(center), static_cast<double>(along(box.lo, direction)),
                                          static_cast<double>(along(box.hi, direction) - 1)) +
                               0.5;
        distance_sq += (nearest - center) * (nearest - center);
    }
    return distance_sq <= shape.radius * shape.radius;
}

class campaign_check {
public:
    campaign_check(const job_spec& job, const sweep_spec& sweep, const source_opener& open)
        : job_(job), sweep_(sweep), open_(open) {}

    std::vector<problem> run() {
        for (std::size_t i = 0; i < job_.scans.size(); ++i)
            check_scan(job_.scans[i], fmt::format("scans[{}]", i));
        check_voxel_sizes();
        std::vector<scan_grey> greys;
        for (const scan_facts& each : facts_)
            greys.push_back({each.scan, each.type});
        for (problem& found : threshold_problems(job_, sweep_, greys))
            problems_.push_back(std::move(found));
        return std::move(problems_);
    }

private:
    void add(int line, const std::string& key, const std::string& found, const std::string& accepted) {
        problems_.push_back({job_.file, line, key, found, accepted});
    }

    /// Opens and inspects a source; what it complains about is reported under `key`.
    std::unique_ptr<scan_source> inspected(const source_spec& spec, int line, const std::string& key) {
        try {
            auto source = open_(spec);
            for (const std::string& message : source->problems())
                add(line, key, message, "");
            return source;
        } catch (const input_error& wrong) {
            add(line, key,
                fmt::format("{}{}{}: {}", wrong.file(), wrong.where().empty() ? "" : ": ", wrong.where(),
                            wrong.found()),
                wrong.accepted());
        } catch (const error& wrong) {
            add(line, key, wrong.what(), "a source that can be opened");
        }
        return nullptr;
    }

    void check_scan(const scan_spec& scan, const std::string& key) {
        const auto source = inspected(scan.source, scan.line, key + ".source");
        if (!source)
            return;
        facts_.push_back({&scan, source->extent(), source->type(), source->files()});
        check_region(scan, source->extent(), source->type(), key);
        check_stated_size(scan, *source, key);
        if (scan.region.mask)
            check_mask(scan, source->extent(), key + ".region.mask");
    }

    void check_region(const scan_spec& scan, const extent3& extent, dtype type, const std::string& key) {
        try {
            const box3 box = frame_of(scan, extent, type, job_.file).region;
            if (scan.region.cylinder && !meets(*scan.region.cylinder, box))
                add(scan.line, key + ".region.cylinder", "a cylinder outside the scan or the box",
                    fmt::format("a cylinder with voxels from {} to below {}", words(box.lo), words(box.hi)));
        } catch (const input_error& wrong) {
            add(scan.line, key + ".region", wrong.found(), wrong.accepted());
        }
    }

    /// What the files say of their voxel size, which may be rounded differently from what the user says.
    void check_stated_size(const scan_spec& scan, const scan_source& source, const std::string& key) {
        constexpr double rounding = 0.02;
        const auto stated = source.voxel_size_um();
        if (stated && std::abs(*stated - scan.voxel_size_um) > rounding * scan.voxel_size_um)
            add(scan.line, key + ".voxel_size_um",
                fmt::format("{} um, where the data say {} um", scan.voxel_size_um, *stated),
                "the voxel size of the data, in um, within 2 %");
    }

    void check_mask(const scan_spec& scan, const extent3& extent, const std::string& key) {
        const auto mask = inspected(scan.region.mask->source, scan.line, key);
        if (mask && mask->extent() != extent)
            add(scan.line, key,
                fmt::format("a mask of {} voxels for a scan of {}", words(mask->extent()), words(extent)),
                "a mask of the same extent as the whole scan");
    }

    /// Two scans may share a file (two regions of it), but the file has one voxel size.
    void check_voxel_sizes() {
        std::map<std::string, const scan_spec*> first_user;
        for (const scan_facts& each : facts_) {
            if (each.files.empty())
                continue;
            const std::string identity =
                each.files.front().path + "\n" + dataset_of(each.scan->source) + "\n" + words(each.extent);
            const auto [first, fresh] = first_user.emplace(identity, each.scan);
            if (!fresh && first->second->voxel_size_um != each.scan->voxel_size_um)
                add(each.scan->line, "voxel_size_um",
                    fmt::format("{} um for {}, which is {} um in scan {} (line {})", each.scan->voxel_size_um,
                                each.files.front().path, first->second->voxel_size_um, first->second->id,
                                first->second->line),
                    "one voxel size for one file");
        }
    }

    static std::string dataset_of(const source_spec& source) {
        const auto* hdf5 = std::get_if<hdf5_source>(&source);
        return hdf5 != nullptr ? hdf5->dataset : "";
    }

    const job_spec& job_;
    const sweep_spec& sweep_;
    const source_opener& open_;
    std::vector<problem> problems_;
    std::vector<scan_facts> facts_;
};

}  // namespace

std::vector<problem> check_campaign(const job_spec& job, const sweep_spec& sweep, const source_opener& open) {
    return campaign_check(job, sweep, open).run();
}

}  // namespace tomosweep
