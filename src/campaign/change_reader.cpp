#include "tomosweep/campaign/change_reader.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace tomosweep {
namespace {

using scan_list = std::vector<scan_spec>;

registration_kind read_registration(const yaml_map& map, registration_kind otherwise) {
    const auto value = map.find("register");
    if (!value)
        return otherwise;
    return value
        ->choice<registration_kind>({{"rigid", registration_kind::rigid},
                                     {"translation", registration_kind::translation},
                                     {"none", registration_kind::none}})
        .value_or(otherwise);
}

std::optional<std::size_t> read_scan_id(const yaml_map& map, std::string_view key, const scan_list& scans) {
    const auto value = map.need(key, "the id of a scan of this job");
    const auto id = value ? value->text("the id of a scan of this job") : std::nullopt;
    if (!id)
        return std::nullopt;
    const auto found = std::ranges::find(scans, *id, &scan_spec::id);
    if (found != scans.end())
        return static_cast<std::size_t>(found - scans.begin());
    std::vector<std::string_view> known;
    for (const scan_spec& scan : scans)
        known.push_back(scan.id);
    value->refuse("'" + *id + "', which is no scan of this job",
                  fmt::format("the id of a scan; did you mean '{}'?", nearest_name(*id, known)));
    return std::nullopt;
}

double voxel_um(const scan_spec& scan) {
    return scan.voxel_size_um * static_cast<double>(scan.preprocess.binning);
}

/// Gathers pairs that can be compared, each once.
class pair_list {
public:
    explicit pair_list(const scan_list& scans) : scans_(scans) {}

    void add(const state_pair& pair, const yaml_value& value) {
        const double from = voxel_um(scans_[pair.from]), to = voxel_um(scans_[pair.to]);
        constexpr double rounding = 1e-6;
        if (pair.from == pair.to)
            value.refuse("a scan and itself", "two different scans");
        else if (std::abs(from - to) > rounding * from)
            value.refuse(fmt::format("scans of {} and {} um per voxel after binning", from, to),
                         "two scans of one voxel size: bin or resample one of them");
        else if (!names_.insert(name_of(pair, scans_)).second)
            value.refuse("the pair " + name_of(pair, scans_) + " for the second time", "every pair once");
        else
            pairs_.push_back(pair);
    }

    std::vector<state_pair> take() { return std::move(pairs_); }

private:
    const scan_list& scans_;
    std::set<std::string> names_;
    std::vector<state_pair> pairs_;
};

void read_pairs(const yaml_value& value, registration_kind registration, const scan_list& scans, pair_list& pairs) {
    for (const yaml_value& entry :
         value.list("a list of pairs: `- {from: ID, to: ID}`").value_or(std::vector<yaml_value>{})) {
        const yaml_map map({entry}, {"from", "to", "register"});
        if (!entry.is_map())
            continue;
        const auto from = read_scan_id(map, "from", scans), to = read_scan_id(map, "to", scans);
        const registration_kind own = read_registration(map, registration);
        if (from && to)
            pairs.add({*from, *to, own, entry.line()}, entry);
    }
}

int step_order(const scan_spec& scan) {
    constexpr std::array steps{"", "pristine", "lithiation", "delithiation"};
    return static_cast<int>(std::ranges::find(steps, scan.step) - steps.begin());
}

/// The scans of one sample in the order of their states.
std::vector<std::size_t> states_of(const std::string& sample, const scan_list& scans) {
    std::vector<std::size_t> states;
    for (std::size_t i = 0; i < scans.size(); ++i)
        if (scans[i].sample == sample)
            states.push_back(i);
    const bool cycles = std::ranges::all_of(states, [&](std::size_t i) { return scans[i].cycle.has_value(); });
    const bool times = std::ranges::all_of(states, [&](std::size_t i) { return scans[i].time_h.has_value(); });
    std::ranges::stable_sort(states, [&](std::size_t a, std::size_t b) {
        const scan_spec &first = scans[a], &second = scans[b];
        if (cycles && first.cycle != second.cycle)
            return *first.cycle < *second.cycle;
        if (times && first.time_h != second.time_h)
            return *first.time_h < *second.time_h;
        return cycles && step_order(first) < step_order(second);
    });
    return states;
}

void add_consecutive(const yaml_value& value, registration_kind registration, const scan_list& scans,
                     pair_list& pairs) {
    if (!value.choice<bool>({{"sample", true}}))
        return;
    std::vector<std::string> samples;
    for (const scan_spec& scan : scans)
        if (!scan.sample.empty() && std::ranges::find(samples, scan.sample) == samples.end())
            samples.push_back(scan.sample);
    bool any = false;
    for (const std::string& sample : samples) {
        const std::vector<std::size_t> states = states_of(sample, scans);
        for (std::size_t i = 1; i < states.size(); ++i) {
            pairs.add({states[i - 1], states[i], registration, value.line()}, value);
            any = true;
        }
    }
    if (!any)
        value.refuse("no sample with two scans", "scans that name their `sample:`, two or more of one of them");
}

}  // namespace

change_spec read_changes(const yaml_value& value, const scan_list& scans) {
    change_spec changes;
    pair_list pairs(scans);
    if (value.is_list()) {
        read_pairs(value, registration_kind::rigid, scans, pairs);
        changes.pairs = pairs.take();
        return changes;
    }
    const yaml_map map({value}, {"pairs", "consecutive", "register", "least_overlap", "least_correlation"});
    if (!value.is_map())
        return changes;
    const registration_kind registration = read_registration(map, registration_kind::rigid);
    const auto listed = map.find("pairs"), consecutive = map.find("consecutive");
    if (!listed && !consecutive)
        value.refuse("neither `pairs:` nor `consecutive:`", "`pairs: [{from: ID, to: ID}]` or `consecutive: sample`");
    if (consecutive)
        add_consecutive(*consecutive, registration, scans, pairs);
    if (listed)
        read_pairs(*listed, registration, scans, pairs);
    map.read("least_overlap", changes.least_overlap, number_range{0, 1});
    map.read("least_correlation", changes.least_correlation, number_range{-1, 1});
    changes.pairs = pairs.take();
    return changes;
}

std::string name_of(const state_pair& pair, const scan_list& scans) {
    return scans[pair.from].id + "--" + scans[pair.to].id;
}

}  // namespace tomosweep
