// Writes docs/validation.md, or compares it with what it would write: the program's formulas on the study's numbers.
//
//   descriptors_validation_table --write FILE | --compare FILE

#include <cmath>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <numbers>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "tomosweep/descriptors/electrode_formulas.hpp"
#include "tomosweep/descriptors/gas.hpp"

namespace {

using namespace tomosweep;

units::specific_capacity mAh(double value) {
    return value * units::mAh_per_g;
}

/// A number that the study prints, and what the formula gives for the inputs that it prints.
struct check {
    std::string inputs, unit;
    double ours, theirs;
    int digits;  ///< with which the study prints it
    std::string comment;
};

struct formula {
    std::string title, text;
    std::vector<check> checks;
};

/// Half a unit of the last printed digit on top of what the printed inputs, rounded likewise, allow.
std::string verdict(const check& row) {
    const double printed = std::round(row.ours * std::pow(10, row.digits)) / std::pow(10, row.digits);
    if (!row.comment.empty())
        return row.comment;
    return std::abs(printed - row.theirs) < 0.5 * std::pow(10, -row.digits) ? "as printed" : "differs";
}

std::string line(const check& row) {
    const int more = row.digits + 1;
    const double relative = 100 * (row.ours / row.theirs - 1);
    return fmt::format("| {} | {:.{}f} {} | {:.{}f} {} | {:+.1f} % | {} |\n", row.inputs, row.ours, more, row.unit,
                       row.theirs, row.digits, row.unit, relative, verdict(row));
}

formula expansion() {
    const auto row = [](double expansion, double capacity, double theirs, const char* comment = "") {
        return check{fmt::format("{:g} %, {:g} mAh/g", expansion, capacity),
                     "%",
                     100 * normalised_expansion(expansion / 100, mAh(capacity)),
                     theirs,
                     0,
                     comment};
    };
    return {"Eq. 1, normalised expansion",
            "dh C_th / C_exp with C_th = 3579 mAh/g",
            {row(103, 2779, 133), row(97, 3303, 105), row(42, 2238, 67, "67.2 rounds to 67"), row(25, 2764, 32),
             row(111, 2537, 156, "the study cut off where it should round: 156.6"), row(108, 2818, 137)}};
}

formula growth() {
    const auto row = [](double capacity, double theirs, const char* comment) {
        return check{fmt::format("{:g} mAh/g", capacity),
                     "%",
                     100 * theoretical_expansion(silicon_electrode(), mAh(capacity)),
                     theirs,
                     0,
                     comment};
    };
    const double factor = 100 * theoretical_expansion(silicon_electrode(), mAh(1));
    return {
        "Eq. 2, theoretical expansion",
        "phi_Si rho_theo / rho_Si dV_Si Q_Si with phi_Si = 0.732, rho_theo = 2.17 g/cm3, rho_Si = 2.33 g/cm3, dV_Si = "
        "0.0782 % per mAh/g",
        {{"factor", "% per mAh/g", factor, 0.0533, 4, ""},
         row(2779, 148, ""),
         row(3303, 171,
             "`with_zn` has another silicon mass fraction (0.711 with the same densities gives 171), which the text "
             "does not state: set `silicon_mass_fraction` of the sample")}};
}

formula efficiency() {
    const auto row = [](double in, double out, double theirs) {
        return check{fmt::format("{:g} in, {:g} mAh/g out", in, out),
                     "%",
                     100 * coulombic_efficiency(mAh(in), mAh(out)),
                     theirs,
                     1,
                     ""};
    };
    return {"Coulombic efficiency",
            "delithiation over lithiation capacity of a cycle",
            {row(2779, 2238, 80.5), row(3303, 2764, 83.7)}};
}

formula charge_of_gas() {
    const char* comment = "F is printed as 96438 C/mol; the difference is that of the constant";
    const auto printed = 96438 * units::C / units::mol;
    const auto row = [&](double gas) {
        const units::specific_volume volume = gas * units::cm3_per_g;
        const units::specific_capacity theirs = 2.0 * (volume / gas_molar_volume * printed);
        return check{fmt::format("{:g} cm3/g", gas), "mAh/g", gas_charge(volume) / units::mAh_per_g,
                     theirs / units::mAh_per_g,      3,       comment};
    };
    return {"Eq. 4, charge of the gas",
            "2 F V_gas / V_M with F = 96485.332 C/mol and V_M = 22.4 L/mol; the study prints no "
            "result, so its constants stand in its column",
            {row(0.43), row(0.32)}};
}

formula solids() {
    const auto row = [](double gas, const std::vector<solid_product>& products, double theirs, const char* what,
                        const char* comment) {
        return check{fmt::format("{:g} cm3/g gas, {}", gas, what),
                     "cm3/g",
                     product_volume(gas * units::cm3_per_g, products) / units::cm3_per_g,
                     theirs,
                     5,
                     comment};
    };
    constexpr auto thousand =
        "the study prints a thousand times as much (22.4 taken as cm3/mol), and 9 to 16 % less than that, which the "
        "text "
        "does not explain";
    constexpr auto fluoride =
        "the same factor 1000; which amounts of LiF and partner the study took, the text does not say";
    const std::vector<solid_product> carbonate{lithium_carbonate}, pair{lithium_fluoride, fluoride_partner};
    return {"Eq. 5, solids that form with the gas",
            "V_gas / V_M times M / rho of the products",
            {row(0.43, carbonate, 0.61, "Li2CO3", thousand), row(0.32, carbonate, 0.42, "Li2CO3", thousand),
             row(0.43, {lithium_fluoride}, 0.25, "LiF", fluoride), row(0.32, {lithium_fluoride}, 0.18, "LiF", fluoride),
             row(0.43, pair, 0.25, "LiF and CH2CHO", fluoride), row(0.32, pair, 0.18, "LiF and CH2CHO", fluoride)}};
}

formula mass_of_silicon() {
    const units::area field = std::numbers::pi / 4 * (1.54 * units::mm) * (1.54 * units::mm);
    const auto row = [&](double per_gram, double loading, double theirs, const char* comment) {
        const units::volume gas = per_gram * units::cm3_per_g * silicon_mass(loading * units::mg_per_cm2, field);
        return check{
            fmt::format("{:g} cm3/g, {:g} mg/cm2", per_gram, loading), "mm3", gas / units::mm3, theirs, 3, comment};
    };
    return {"Volume per gram of silicon",
            "gas volume over loading times area of a field of 1.54 mm in diameter",
            {row(0.43, 1.75, 0.014, "the loading is printed as 1.75 to 2.0 mg/cm2"),
             row(0.32, 1.85, 0.011, "the same; 1.85 mg/cm2 fits")}};
}

formula pores() {
    return {"Eq. 3, total porosity",
            "macro + micro fractions, or macro + (1 - macro) micro when the micro fraction was "
            "measured in islets; the study's values are read from figure 7",
            {{"reference, cycle 25: 1.5 % macro, 18 % micro, as printed", "%",
              100 * total_porosity(0.015, 0.18, micro_share::of_electrode), 19, 0,
              "35 % pristine less the loss of 16 % that the text states; all numbers are rounded, so neither weighting "
              "is ruled out"},
             {"the same, micro fraction of the islets", "%", 100 * total_porosity(0.015, 0.18, micro_share::of_islets),
              19, 0, "the other weighting"}}};
}

std::string document() {
    std::string text =
        "# Validation of the formulas\n\n"
        "What the program's formulas give for the numbers that Vanpeene et al. (Adv. Energy Mater. 2024, doi "
        "10.1002/aenm.202403741) print, beside\nwhat they print. A program makes this page from the library and the "
        "suite "
        "fails when it is not up to date (`scripts/validation` writes it\nanew). "
        "Definitions and sources: [definitions](definitions.md).\n";
    for (const formula& each :
         {expansion(), growth(), efficiency(), pores(), charge_of_gas(), solids(), mass_of_silicon()}) {
        text +=
            fmt::format("\n## {}\n\n{}\n\n| inputs | ours | study | difference | comment |\n|---|---|---|---|---|\n",
                        each.title, each.text);
        for (const check& row : each.checks)
            text += line(row);
    }
    return text;
}

std::string content_of(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

int main(int count, char** words) {
    const std::string option = count == 3 ? words[1] : "", path = count == 3 ? words[2] : "";
    if (option == "--write") {
        std::ofstream file(path, std::ios::binary);
        file << document();
        return file.good() ? 0 : 1;
    }
    if (option != "--compare") {
        std::fputs("usage: descriptors_validation_table --write FILE | --compare FILE\n", stderr);
        return 2;
    }
    if (content_of(path) == document())
        return 0;
    fmt::print(stderr, "{} is not what the formulas give now: scripts/validation writes it anew\n", path);
    return 1;
}
