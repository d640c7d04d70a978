#include "fuzz/fuzz.hpp"
#include "tomosweep/campaign/shell_word.hpp"
#include "tomosweep/campaign/site.hpp"

using namespace tomosweep;

/// A site file; every text of a sound one must be fit for a batch script.
int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::value_or_refusal([&] {
        const site_spec site = parse_site(std::string(fuzz::text_of(data, size)), "site.yaml");
        const auto fit = [](const std::string& text) {
            require(!has_control_character(text), "no text of a site leaves its line");
        };
        for (const std::string& text : {site.partition, site.account, site.qos, site.constraint, site.reservation})
            fit(text);
        for (const auto* words : {&site.launcher, &site.modules})
            for (const std::string& word : *words)
                fit(word);
        for (const auto& [name, value] : site.environment) {
            fit(name);
            fit(value);
        }
    });
    return 0;
}
