#include "tomosweep/core/node_memory.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

namespace tomosweep {
namespace {

using statistics = std::map<std::string, double>;

/// Names of the files in which a version of control groups keeps the same things.
struct group_version {
    const char* limits[2];
    const char* in_use;
    const char* cache[2];  ///< of memory.stat: what the system gives back when it is needed
};
constexpr group_version version_1{
    {"memory.limit_in_bytes", ""}, "memory.usage_in_bytes", {"total_active_file", "total_inactive_file"}};
constexpr group_version version_2{{"memory.max", "memory.high"}, "memory.current", {"active_file", "inactive_file"}};

/// Version 1 says "no limit" with a number like this.
constexpr double unlimited = 1e18;

std::optional<double> number_in(const std::string& path) {
    std::ifstream file(path);
    double value = 0;
    if (!(file >> value))
        return std::nullopt;
    return value;
}

statistics statistics_in(const std::string& path) {
    statistics found;
    std::ifstream file(path);
    std::string name;
    for (double value = 0; file >> name >> value;)
        found[name] = value;
    return found;
}

memory_bound free_of_node(const std::string& root) {
    std::ifstream file(root + "/proc/meminfo");
    for (std::string name, rest; file >> name && std::getline(file, rest);)
        if (name == "MemAvailable:")
            return {std::strtod(rest.c_str(), nullptr) * 1024, "free memory of the node"};
    return {};
}

/// What one control group leaves.
memory_bound left_in(const std::string& folder, const std::string& name, const group_version& version) {
    memory_bound bound;
    statistics held = statistics_in(folder + "/memory.stat");
    const double in_use = number_in(folder + "/" + version.in_use).value_or(0);
    const double taken = std::max(0.0, in_use - held[version.cache[0]] - held[version.cache[1]]);
    for (const std::string limit : version.limits)
        if (const auto bytes = limit.empty() ? std::nullopt : number_in(std::string(folder).append("/").append(limit));
            bytes && *bytes < unlimited)
            bound = tighter(bound, {std::max(1.0, *bytes - taken),
                                    std::string("cgroup ").append(name).append(" (").append(limit).append(")")});
    return bound;
}

/// A hierarchy of control groups as it is mounted.
struct group_mount {
    std::string root, point;
    bool second_version = false;
};

std::optional<group_mount> mount_of(const std::string& line) {
    std::istringstream fields(line);
    std::string number, skipped, type, options;
    group_mount mount;
    fields >> number >> skipped >> skipped >> mount.root >> mount.point;
    while (fields >> skipped && skipped != "-") {
    }
    fields >> type >> skipped >> options;
    mount.second_version = type == "cgroup2";
    const bool first_version = type == "cgroup" && ("," + options + ",").find(",memory,") != std::string::npos;
    return mount.second_version || first_version ? std::optional(mount) : std::nullopt;
}

/// The control group of this process that sets its memory, of one version.
std::string own_group(const std::string& root, bool second_version) {
    std::ifstream file(root + "/proc/self/cgroup");
    for (std::string line; std::getline(file, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = line.find(':', first + 1);
        if (second == std::string::npos)
            continue;
        std::string controllers(1, ',');
        controllers.append(line, first + 1, second - first - 1) += ',';
        if (second_version ? controllers == ",," : controllers.find(",memory,") != std::string::npos)
            return line.substr(second + 1);
    }
    return "/";
}

/// The least that the process's group and all groups around it leave. In a container only its own part of the
/// hierarchy is mounted.
memory_bound left_by_groups(const std::string& root, const group_mount& mount) {
    std::string group = own_group(root, mount.second_version);
    if (mount.root != "/" && group.starts_with(mount.root))
        group = group.substr(mount.root.size());
    memory_bound bound;
    for (;; group = group.substr(0, group.rfind('/'))) {
        while (!group.empty() && group.back() == '/')
            group.pop_back();
        bound = tighter(bound, left_in(std::string(root).append(mount.point).append(group), group.empty() ? "/" : group,
                                       mount.second_version ? version_2 : version_1));
        if (group.find('/') == std::string::npos)
            return bound;
    }
}

memory_bound left_by_groups(const std::string& root) {
    memory_bound bound;
    std::ifstream file(root + "/proc/self/mountinfo");
    for (std::string line; std::getline(file, line);)
        if (const auto mount = mount_of(line))
            bound = tighter(bound, left_by_groups(root, *mount));
    return bound;
}

double number_of(const char* variable) {
    const char* text = std::getenv(variable);
    return text == nullptr ? 0 : std::strtod(text, nullptr);
}

/// SLURM counts in megabytes and says 0 for all of the node.
memory_bound granted_by_slurm() {
    constexpr double megabyte = 1048576;
    const double per_core = number_of("SLURM_MEM_PER_CPU") * number_of("SLURM_CPUS_ON_NODE");
    return tighter({number_of("SLURM_MEM_PER_NODE") * megabyte, "SLURM_MEM_PER_NODE"},
                   {per_core * megabyte, "SLURM_MEM_PER_CPU"});
}

}  // namespace

memory_bound tighter(const memory_bound& a, const memory_bound& b) {
    if (a.bytes <= 0 || b.bytes <= 0)
        return a.bytes <= 0 ? b : a;
    return b.bytes < a.bytes ? b : a;
}

memory_bound node_memory(const std::string& root) {
    return tighter(tighter(free_of_node(root), left_by_groups(root)), granted_by_slurm());
}

memory_bound process_memory() {
    double mapped = 0, data = 0;
    std::ifstream pages("/proc/self/statm");
    double resident = 0, shared = 0, text = 0, unused = 0;
    pages >> mapped >> resident >> shared >> text >> unused >> data;
    const auto page = static_cast<double>(sysconf(_SC_PAGESIZE));
    const auto left = [&](auto limit, double used, const char* name) -> memory_bound {
        rlimit value{};
        if (getrlimit(limit, &value) != 0 || value.rlim_cur == RLIM_INFINITY)
            return {};
        return {std::max(1.0, static_cast<double>(value.rlim_cur) - used * page), name};
    };
    return tighter(left(RLIMIT_AS, mapped, "ulimit -v"), left(RLIMIT_DATA, data, "ulimit -d"));
}

}  // namespace tomosweep
