#include "tomosweep/campaign/yaml_document.hpp"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string_view>
#include <vector>

#include <yaml-cpp/eventhandler.h>

#include "tomosweep/campaign/job_error.hpp"

namespace tomosweep {
namespace {

[[noreturn]] void refuse(const std::string& file, int line, const std::string& found, const std::string& accepted) {
    throw job_error({problem{file, line, "", found, accepted}});
}

int line_of(const YAML::Mark& mark) {
    return mark.is_null() ? 0 : mark.line + 1;
}

/// Walks over the events of a document before any tree is built, and refuses what a tree must not be built from.
class document_guard : public YAML::EventHandler {
public:
    document_guard(const std::string& file, const yaml_limits& limits) : file_(file), limits_(limits) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { leaf(mark, anchor); }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor, const std::string&) override {
        leaf(mark, anchor);
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto known = size_of_anchor_.find(anchor);
        if (known == size_of_anchor_.end())
            refuse(file_, line_of(mark), "an alias inside the value that it stands for", "aliases of finished values");
        count(mark, known->second);
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor);
    }
    void OnMapEnd() override { close(); }

private:
    struct collection {
        YAML::anchor_t anchor;
        std::size_t nodes_before;
    };

    void count(const YAML::Mark& mark, std::size_t nodes) {
        nodes_ += nodes;
        if (nodes_ > limits_.nodes)
            refuse(file_, line_of(mark), "more than " + std::to_string(limits_.nodes) + " values, aliases included",
                   "fewer values; split the campaign");
    }
    void leaf(const YAML::Mark& mark, YAML::anchor_t anchor) {
        count(mark, 1);
        if (anchor != 0)
            size_of_anchor_[anchor] = 1;
    }
    void open(const YAML::Mark& mark, YAML::anchor_t anchor) {
        opened_.push_back({anchor, nodes_});
        count(mark, 1);
        if (opened_.size() > static_cast<std::size_t>(limits_.depth))
            refuse(file_, line_of(mark), "values nested more than " + std::to_string(limits_.depth) + " deep",
                   "the few levels that docs/job.md describes");
    }
    void close() {
        const collection closed = opened_.back();
        opened_.pop_back();
        if (closed.anchor != 0)
            size_of_anchor_[closed.anchor] = nodes_ - closed.nodes_before;
    }

    const std::string& file_;
    yaml_limits limits_;
    std::size_t nodes_ = 0;
    std::vector<collection> opened_;
    std::map<YAML::anchor_t, std::size_t> size_of_anchor_;
};

void guard(const std::string& text, const std::string& file, const yaml_limits& limits) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    document_guard first(file, limits);
    if (!parser.HandleNextDocument(first))
        refuse(file, 0, "an empty file", "a YAML mapping; see docs/job.md");
    document_guard second(file, limits);
    if (parser.HandleNextDocument(second))
        refuse(file, 0, "several YAML documents ('---')", "one document");
}

}  // namespace

std::string read_yaml_file(const std::string& path, const yaml_limits& limits) {
    std::error_code failure;
    if (std::filesystem::is_directory(path, failure))
        refuse(path, 0, "a folder", "a YAML file");
    std::ifstream stream(path, std::ios::binary);
    if (!stream)
        refuse(path, 0, std::string("no readable file (") + std::strerror(errno) + ")", "a YAML file");
    std::string text;
    for (char byte = 0; text.size() <= limits.bytes && stream.get(byte);)
        text.push_back(byte);
    if (text.size() > limits.bytes)
        refuse(path, 0, "more than " + std::to_string(limits.bytes >> 20U) + " MiB", "a job or sweep file");
    if (text.find('\0') != std::string::npos)
        refuse(path, 0, "binary data", "a YAML text");
    return text;
}

YAML::Node parse_yaml(const std::string& text, const std::string& file, const yaml_limits& limits) {
    try {
        guard(text, file, limits);
        return YAML::Load(text);
    } catch (const YAML::Exception& wrong) {
        refuse(file, line_of(wrong.mark), "no valid YAML (" + wrong.msg + ")",
               "YAML; mind indentation, tabs, and quotes around text with ': ', '*' or '#'");
    }
}

}  // namespace tomosweep
