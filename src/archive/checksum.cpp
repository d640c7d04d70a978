#include "tomosweep/archive/checksum.hpp"

#include <fmt/format.h>
// Compiled in: one function of a library that would otherwise have to be linked.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <bit>
#include <memory>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

class hasher {
public:
    hasher() : state_(XXH3_createState(), XXH3_freeState) {
        require(state_ != nullptr, "there is memory for a checksum");
        XXH3_128bits_reset(state_.get());
    }

    /// A text and a zero byte behind it, so that "ab", "c" differs from "a", "bc".
    hasher& add(const std::string& text) {
        XXH3_128bits_update(state_.get(), text.c_str(), text.size() + 1);
        return *this;
    }

    template <class Number>
    hasher& add(const std::vector<Number>& numbers) {
        static_assert(std::endian::native == std::endian::little, "values are hashed as they stand in memory");
        XXH3_128bits_update(state_.get(), numbers.data(), numbers.size() * sizeof(Number));
        return *this;
    }
    hasher& add(const std::vector<std::string>& texts) {
        for (const std::string& text : texts)
            add(text);
        return *this;
    }

    std::string digits() const {
        const XXH128_hash_t hash = XXH3_128bits_digest(state_.get());
        return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
    }

private:
    std::unique_ptr<XXH3_state_t, XXH_errorcode (*)(XXH3_state_t*)> state_;
};

void add_attributes(hasher& hash, const std::vector<attribute>& attributes) {
    for (const attribute& each : attributes) {
        hash.add("attribute").add(each.name);
        std::visit(
            [&]<class T>(const T& value) {
                if constexpr (std::is_same_v<T, std::string>)
                    hash.add("text").add(value);
                else
                    hash.add(std::is_same_v<T, double> ? "double" : "int64").add(std::vector<T>{value});
            },
            each.value);
    }
}

}  // namespace

std::string checksum_of(const variable& what) {
    return std::visit([](const auto& values) { return hasher().add(values).digits(); }, what.values);
}

std::string checksum_of(const data_group& group) {
    hasher hash;
    add_attributes(hash, group.attributes);
    for (const dimension& each : group.dimensions)
        hash.add("dimension").add(each.name).add(std::to_string(each.length));
    for (const variable& each : group.variables) {
        hash.add("variable").add(each.name).add(each.dimensions).add(each.units).add(each.long_name);
        add_attributes(hash, each.attributes);
    }
    for (const data_group& each : group.groups)
        hash.add("group").add(each.name);
    return hash.digits();
}

std::vector<std::string> checksum_report::findings() const {
    std::vector<std::string> sentences;
    for (const std::string& place : mismatches)
        sentences.push_back(fmt::format("{}: does not match its checksum", place));
    if (checked > 0)
        for (const std::string& place : without)
            sentences.push_back(fmt::format("{}: has lost its checksum", place));
    return sentences;
}

}  // namespace tomosweep
