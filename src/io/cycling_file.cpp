#include "tomosweep/io/cycling_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <string_view>

#include "text.hpp"
#include "tomosweep/core/error.hpp"
#include "tomosweep/io/file.hpp"

namespace tomosweep::io {
namespace {

constexpr index_t longest_file = index_t{256} << 20;
constexpr std::size_t most_rows = 5'000'000;
constexpr std::size_t most_columns = 1024;
constexpr double most_cycles = 1e6;

enum class quantity_kind : std::uint8_t { time, current, voltage, capacity, cycle };
constexpr std::size_t kinds = 5;

/// A name in lower case, and what turns its unit into the table's. The first name that a file has wins.
struct column_name {
    std::string_view name;
    quantity_kind kind;
    double factor;
};

constexpr std::array names{
    column_name{"time_h", quantity_kind::time, 1},           column_name{"time/h", quantity_kind::time, 1},
    column_name{"time_min", quantity_kind::time, 1.0 / 60},  column_name{"time_s", quantity_kind::time, 1.0 / 3600},
    column_name{"time/s", quantity_kind::time, 1.0 / 3600},  column_name{"current_ma", quantity_kind::current, 1},
    column_name{"<i>/ma", quantity_kind::current, 1},        column_name{"i/ma", quantity_kind::current, 1},
    column_name{"current/ma", quantity_kind::current, 1},    column_name{"current_ua", quantity_kind::current, 1e-3},
    column_name{"current_a", quantity_kind::current, 1e3},   column_name{"voltage_v", quantity_kind::voltage, 1},
    column_name{"ewe/v", quantity_kind::voltage, 1},         column_name{"<ewe>/v", quantity_kind::voltage, 1},
    column_name{"ecell/v", quantity_kind::voltage, 1},       column_name{"voltage/v", quantity_kind::voltage, 1},
    column_name{"voltage_mv", quantity_kind::voltage, 1e-3}, column_name{"capacity_mah", quantity_kind::capacity, 1},
    column_name{"(q-qo)/ma.h", quantity_kind::capacity, 1},  column_name{"capacity/ma.h", quantity_kind::capacity, 1},
    column_name{"capacity/mah", quantity_kind::capacity, 1}, column_name{"capacity_ah", quantity_kind::capacity, 1e3},
    column_name{"cycle", quantity_kind::cycle, 1},           column_name{"cycle number", quantity_kind::cycle, 1},
    column_name{"cycle_number", quantity_kind::cycle, 1}};

/// What may stand around a cell or a line.
constexpr std::string_view blank = " \t\r\"";

/// Foreign bytes as they may stand in a message.
std::string shown(std::string_view text) {
    std::string plain(text.substr(0, 40));
    for (char& c : plain)
        if (c < ' ' || c > '~')
            c = '?';
    return text.empty() ? std::string("nothing") : fmt::format("\"{}\"", plain);
}

/// Lines of a text one after the other, counted from 1.
class line_reader {
public:
    explicit line_reader(std::string_view text) : rest_(text) {}

    bool next(std::string_view& line) {
        if (rest_.empty())
            return false;
        const std::size_t end = std::min(rest_.find('\n'), rest_.size());
        line = rest_.substr(0, end);
        rest_.remove_prefix(std::min(end + 1, rest_.size()));
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        ++number_;
        return true;
    }
    index_t number() const { return number_; }

private:
    std::string_view rest_;
    index_t number_ = 0;
};

class cycling_parser {
public:
    cycling_parser(const std::string& path, std::string_view text) : path_(path), text_(text), lines_(text) {}

    cycling_table parse() {
        take_names(text_.starts_with("EC-Lab ASCII FILE") ? names_of_export() : names_of_values());
        for (std::string_view line; lines_.next(line);)
            if (const std::string_view content = trimmed(line, blank); !content.empty() && !comment(content))
                take_row(line);
        if (table_.rows() == 0)
            refuse("rows", "no row of numbers", "at least one row below the names");
        return std::move(table_);
    }

private:
    [[noreturn]] void refuse(const std::string& where, const std::string& found, const std::string& accepted) const {
        throw input_error(path_, where, found, accepted);
    }
    std::string line_name() const { return fmt::format("line {}", lines_.number()); }

    bool comment(std::string_view content) const { return !export_ && content.starts_with('#'); }

    /// "Nb header lines : 61": the last of them holds the names.
    std::string_view names_of_export() {
        export_ = true;
        constexpr std::string_view key = "Nb header lines";
        index_t headers = 0;
        for (std::string_view line; headers == 0 || lines_.number() < headers;) {
            if (!lines_.next(line))
                refuse("header", headers == 0 ? "no line 'Nb header lines : N'" : "fewer lines than the header has",
                       "a text export of EC-Lab (.mpt), whole");
            if (headers == 0 && line.starts_with(key))
                headers = header_count(trimmed(line.substr(key.size()), blank));
            if (headers != 0 && lines_.number() >= headers)
                return line;
        }
        return {};
    }

    index_t header_count(std::string_view text) const {
        if (text.starts_with(':'))
            text = trimmed(text.substr(1), blank);
        index_t count = 0;
        const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
        if (failure != std::errc() || end != text.data() + text.size() || count <= lines_.number() || count > 1'000'000)
            refuse(line_name(), shown(text), "the number of header lines, beyond this line");
        return count;
    }

    std::string_view names_of_values() {
        std::string_view line;
        while (lines_.next(line)) {
            if (lines_.number() == 1 && line.starts_with("\xEF\xBB\xBF"))
                line.remove_prefix(3);
            if (const std::string_view content = trimmed(line, blank); !content.empty() && !comment(content))
                return line;
        }
        refuse("names", "an empty file", "one line of column names and rows of numbers");
    }

    void take_names(std::string_view line) {
        const std::size_t at = line.find_first_of("\t;,");
        separator_ = at == std::string_view::npos ? '\t' : line[at];
        if (line.find('\t') != std::string_view::npos)
            separator_ = '\t';
        std::vector<std::string> present;
        for_each_cell(line, [&](std::size_t column, std::string_view cell) {
            if (column >= most_columns)
                refuse(line_name(), "more columns than that", fmt::format("at most {} columns", most_columns));
            present.push_back(lower(trimmed(cell, blank)));
        });
        named_ = present.size();
        for (const column_name& known : names) {
            auto& column = columns_[static_cast<std::size_t>(known.kind)];
            const auto found = std::find(present.begin(), present.end(), known.name);
            if (!column && found != present.end())
                column = {static_cast<std::size_t>(found - present.begin()), known};
        }
        require_column(quantity_kind::time, "time");
        require_column(quantity_kind::current, "current");
    }

    void require_column(quantity_kind kind, const char* what) const {
        std::vector<std::string_view> known;
        for (const column_name& each : names)
            if (each.kind == kind)
                known.push_back(each.name);
        if (!columns_[static_cast<std::size_t>(kind)])
            refuse(line_name(), fmt::format("no column of {}", what),
                   fmt::format("a column called {} (in capital or small letters)", fmt::join(known, ", ")));
    }

    template <class Use>
    void for_each_cell(std::string_view line, Use&& use) const {
        std::size_t column = 0;
        for (std::size_t begin = 0; begin <= line.size(); ++column) {
            const std::size_t end = std::min(line.find(separator_, begin), line.size());
            use(column, line.substr(begin, end - begin));
            begin = end + 1;
        }
    }

    void take_row(std::string_view line) {
        if (table_.rows() == most_rows)
            refuse(line_name(), "more rows than that", fmt::format("at most {} rows", most_rows));
        std::array<std::optional<double>, kinds> values;
        for_each_cell(line, [&](std::size_t column, std::string_view cell) {
            if (column >= named_ && !trimmed(cell, blank).empty())
                refuse(
                    fmt::format("{}, column {}", line_name(), column + 1), shown(trimmed(cell, blank)),
                    fmt::format("{} cells, as there are names; with decimal commas, semicolons or tabs between cells",
                                named_));
            for (std::size_t kind = 0; kind < kinds; ++kind)
                if (columns_[kind] && columns_[kind]->index == column)
                    values[kind] = number(trimmed(cell, blank), column, columns_[kind]->name);
        });
        for (std::size_t kind = 0; kind < kinds; ++kind)
            if (columns_[kind] && !values[kind])
                refuse(fmt::format("{}, column {}", line_name(), columns_[kind]->index + 1), "the end of the line",
                       fmt::format("a number for '{}'", columns_[kind]->name.name));
        store(values);
    }

    double number(std::string_view cell, std::size_t column, const column_name& name) const {
        std::array<char, 64> digits{};
        std::string_view text = cell;
        if (text.starts_with('+'))
            text.remove_prefix(1);
        double value = 0;
        bool good = text.size() <= digits.size() && !text.empty();
        if (good) {
            std::replace_copy(text.begin(), text.end(), digits.begin(), ',', '.');
            const char* const last = digits.data() + text.size();
            const auto [end, failure] = std::from_chars(digits.data(), last, value);
            good = failure == std::errc() && end == last && std::isfinite(value * name.factor);
        }
        if (name.kind == quantity_kind::cycle)
            good = good && value == std::floor(value) && value >= 0 && value <= most_cycles;
        if (!good)
            refuse(fmt::format("{}, column {} ('{}')", line_name(), column + 1, name.name), shown(cell),
                   name.kind == quantity_kind::cycle ? "a whole number from 0 to 1000000" : "a finite number");
        return value * name.factor;
    }

    void store(const std::array<std::optional<double>, kinds>& values) {
        const auto at = [&](quantity_kind kind) { return values[static_cast<std::size_t>(kind)]; };
        const double time = *at(quantity_kind::time);
        const auto cycle = at(quantity_kind::cycle);
        const bool same_cycle = !cycle || table_.cycle.empty() || static_cast<double>(table_.cycle.back()) == *cycle;
        if (!table_.time_h.empty() && same_cycle && time < table_.time_h.back())
            refuse(line_name(), fmt::format("a time of {:.10g} h after {:.10g} h", time, table_.time_h.back()),
                   "times that do not fall within a cycle");
        table_.time_h.push_back(time);
        table_.current_mA.push_back(*at(quantity_kind::current));
        if (const auto voltage = at(quantity_kind::voltage))
            table_.voltage_V.push_back(*voltage);
        if (const auto capacity = at(quantity_kind::capacity))
            table_.capacity_mAh.push_back(*capacity);
        if (cycle)
            table_.cycle.push_back(static_cast<std::int64_t>(*cycle));
    }

    struct used_column {
        std::size_t index;
        column_name name;
    };

    const std::string& path_;
    std::string_view text_;
    line_reader lines_;
    bool export_ = false;  ///< of EC-Lab
    char separator_ = '\t';
    std::size_t named_ = 0;  ///< columns
    std::array<std::optional<used_column>, kinds> columns_;
    cycling_table table_;
};

}  // namespace

cycling_table parse_cycling_table(const std::string& path, const std::string& text) {
    return cycling_parser(path, text).parse();
}

cycling_table read_cycling_file(const std::string& path) {
    return parse_cycling_table(path, read_text(path, longest_file));
}

}  // namespace tomosweep::io
