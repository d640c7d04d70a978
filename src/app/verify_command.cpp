#include <fmt/format.h>

#include <filesystem>

#include "command_line.hpp"
#include "commands.hpp"
#include "tomosweep/campaign/campaign_check.hpp"
#include "tomosweep/core/counted.hpp"

namespace tomosweep::app {
namespace {

void tell_of_file(const std::string& path, const verification& found) {
    fmt::print("{}: {}\n", path,
               !found.findings.empty() ? "damaged"
               : found.signed_content  ? "as it was written"
                                       : "readable; no checksums, written by an older version");
}

}  // namespace

int verify(const arguments& given) {
    command_syntax syntax{
        "tomosweep verify DIR|FILE.h5",
        "Re-reads archives and says what does not match their own checksums; of a folder also whether "
        "campaign.h5 agrees with its shards, whether scans are missing, and what killed runs left.",
        {"ARCHIVE"}};
    const auto values = parse(syntax, given);
    if (!values || !speaks())
        return all_done;
    const std::string path = required(*values, syntax, "ARCHIVE");
    if (!std::filesystem::exists(path))
        throw input_error(path, "", "no such file or folder", "the output folder of a run, or an archive");
    std::vector<std::string> findings;
    if (std::filesystem::is_directory(path)) {
        findings = check_campaign(path, tell_of_file);
    } else {
        const verification found = verify_file(path);
        tell_of_file(path, found);
        findings = found.findings;
    }
    for (const std::string& finding : findings)
        fmt::print("{}\n", finding);
    fmt::print("{} found\n", findings.empty() ? "nothing wrong" : counted(std::ssize(findings), "problem"));
    return findings.empty() ? all_done : some_failed;
}

}  // namespace tomosweep::app
