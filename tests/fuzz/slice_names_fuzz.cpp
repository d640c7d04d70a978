#include <algorithm>
#include <vector>

#include "fuzz/fuzz.hpp"
#include "tomosweep/io/slice_names.hpp"

using namespace tomosweep;

/// Names of slices, one per line: their numbering, and that their order is one.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::vector<std::string> names;
    for (std::string_view rest = fuzz::text_of(data, size); !rest.empty();) {
        const std::size_t end = std::min(rest.find('\n'), rest.size());
        names.emplace_back(rest.substr(0, end));
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    if (names.empty())
        return 0;
    std::sort(names.begin(), names.end(), io::natural_less);
    for (std::size_t i = 1; i < names.size(); ++i)
        require(!io::natural_less(names[i], names[i - 1]), "sorted names are in order");
    fuzz::value_or_refusal([&] { io::numbering_problems(names); });
    return 0;
}
