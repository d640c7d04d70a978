#include "tomosweep/campaign/scan_labels.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <variant>

#include "tomosweep/archive/schema.hpp"
#include "tomosweep/core/unknown.hpp"

namespace tomosweep {
namespace {

/// A label by scan of the job.
template <class Value, class Of>
variable label(const char* name, const char* units, const char* long_name, const std::vector<scan_spec>& scans, Of of) {
    std::vector<Value> values;
    for (const scan_spec& scan : scans)
        values.push_back(of(scan));
    return {name, {schema::scan}, std::move(values), units, long_name, {}};
}

bool is_label(const variable& what, const std::vector<variable>& labels) {
    return (what.dimensions == std::vector<std::string>{schema::scan} ||
            what.dimensions == std::vector<std::string>{schema::pair}) &&
           find_named(labels, what.name) != nullptr;
}

/// The scans whose labels stand in a group: its own, or the first ones of its pairs.
const std::vector<std::string>& labelled_scans(const data_group& group) {
    const auto& first = values_of<std::string>(group, "from");
    return first.empty() ? values_of<std::string>(group, schema::scan) : first;
}

void set(variable& held, const variable& given, const std::vector<std::string>& ids, const job_spec& job) {
    std::visit(
        [&]<class T>(std::vector<T>& values) {
            const auto* labels = std::get_if<std::vector<T>>(&given.values);
            for (std::size_t i = 0; labels != nullptr && i < std::min(values.size(), ids.size()); ++i) {
                const auto scan = std::ranges::find(job.scans, ids[i], &scan_spec::id);
                if (scan != job.scans.end())
                    values[i] = (*labels)[static_cast<std::size_t>(scan - job.scans.begin())];
            }
        },
        held.values);
}

}  // namespace

std::vector<variable> label_variables(const std::vector<scan_spec>& scans) {
    using text = std::string;
    return {
        label<text>("sample", "", "sample", scans, [](const scan_spec& scan) { return scan.sample; }),
        label<std::int64_t>("cycle", "1", "charge-discharge cycle; -1 where unknown", scans,
                            [](const scan_spec& scan) { return scan.cycle.value_or(-1); }),
        label<text>("step", "", "pristine, lithiation or delithiation", scans,
                    [](const scan_spec& scan) { return scan.step; }),
        label<double>("capacity_mAh_per_g", "mAh/g", "capacity at the time of the scan", scans,
                      [](const scan_spec& scan) { return scan.capacity_mAh_per_g.value_or(unknown); }),
        label<double>("time_h", "h", "time of the scan", scans,
                      [](const scan_spec& scan) { return scan.time_h.value_or(unknown); }),
    };
}

void set_labels(data_group& archive, const job_spec& job) {
    const std::vector<variable> labels = label_variables(job.scans);
    const auto set_in = [&](data_group& group, const auto& self) -> void {
        const std::vector<std::string> ids = labelled_scans(group);
        for (variable& each : group.variables)
            if (is_label(each, labels))
                set(each, *find_named(labels, each.name), ids, job);
        for (data_group& inner : group.groups)
            self(inner, self);
    };
    set_in(archive, set_in);
}

void remove_labels(data_group& archive) {
    const std::vector<variable> labels = label_variables({});
    std::erase_if(archive.variables, [&](const variable& each) { return is_label(each, labels); });
    for (data_group& inner : archive.groups)
        remove_labels(inner);
}

}  // namespace tomosweep
