#include "tomosweep/campaign/study_reader.hpp"

#include <gtest/gtest.h>

#include "campaign/expected_problem.hpp"

namespace tomosweep::study_reader_test {
namespace {

using test::has;
using test::has_only;
using test::problems_of;

/// A job with two scans of one sample on lines 2 and 3, and `more` after them.
std::string job_text(const std::string& more) {
    return "scans:\n- {id: a, sample: ref, cycle: 1, voxel_size_um: 1, source: {type: phantom}, thickness_um: 40}\n"
           "- {id: n, sample: zn, scale: nano, voxel_size_um: 1, source: {type: phantom}, field_area_um2: 400}\n" +
           more;
}

job_spec job_of(const std::string& more) {
    return parse_job(job_text(more), "/data/job.yaml");
}
std::vector<problem> wrong(const std::string& more) {
    return problems_of([&] { job_of(more); });
}

TEST(study_reader, samples_are_read_with_their_units) {
    const job_spec job = job_of(R"(samples:
  ref:
    silicon_loading_mg_per_cm2: 1.9
    electrode_diameter_mm: 3
    silicon_mass_fraction: 0.7
    theoretical_density_g_per_cm3: 2.2
    silicon_expansion_percent_per_mAh_per_g: 0.08
    theoretical_capacity_mAh_per_g: 3600
    binder_volume_cm3_per_g: 0.13
    binder_thickness_nm: 32
    separator_porosity: 0.9
    reference_scan: a
)");
    const sample_spec sample = job.study.sample("ref");
    EXPECT_NEAR(*sample.cell_silicon() / units::mg, 0.134303, 1e-6);
    EXPECT_DOUBLE_EQ(sample.electrode.theoretical_density / units::g_per_cm3, 2.2);
    EXPECT_NEAR(sample.electrode.silicon_expansion * (1 * units::mAh_per_g), 0.0008, 1e-15);
    EXPECT_DOUBLE_EQ(sample.theoretical_capacity / units::mAh_per_g, 3600);
    EXPECT_DOUBLE_EQ(*sample.binder_thickness / units::um, 0.032);
    EXPECT_EQ(sample.reference_scan, "a");
    EXPECT_FALSE(job.study.sample("zn").cell_silicon());
    EXPECT_DOUBLE_EQ(*job.scans[0].thickness / units::um, 40);
    EXPECT_DOUBLE_EQ(*job.scans[1].field_area / units::um2, 400);
    EXPECT_EQ(job.scans[1].scale, scan_scale::nano);
}

TEST(study_reader, a_stated_mass_overrules_loading_and_area) {
    const job_spec job = job_of("samples: {ref: {silicon_mass_mg: 0.2, silicon_loading_mg_per_cm2: 1}}\n");
    EXPECT_DOUBLE_EQ(*job.study.sample("ref").cell_silicon() / units::mg, 0.2);
}

TEST(study_reader, tables_gas_onset_and_scales_are_read) {
    const job_spec job = job_of(R"(samples: {ref: {silicon_mass_mg: 0.2}}
electrochemistry:
  - {sample: ref, path: cells/ref.mpt, scans: [a], lithiation_current: positive, first_cycle: 1, time_offset_h: -2}
gas: {molar_volume_L_per_mol: 24.5, electrons: 1, products: [{name: X, molar_mass_g_per_mol: 10, density_g_per_cm3: 2, per_gas: 3}]}
crack_onset: {volume_fraction: 0.02}
scales: {macro_limit_um: 0.65, micro_limit_um: 0.1}
phases: [{name: crack}, {name: bubbles, role: gas}, {name: other}]
)");
    ASSERT_EQ(job.study.electrochemistry.size(), 1U);
    const electrochemistry_spec& table = job.study.electrochemistry[0];
    EXPECT_EQ(table.path, "/data/cells/ref.mpt");
    EXPECT_EQ(table.first_cycle, 1);
    EXPECT_FALSE(table.lithiation_is_negative);
    EXPECT_EQ(table.time_offset_h, -2);
    ASSERT_EQ(job.study.gas.products.size(), 1U);
    EXPECT_EQ(job.study.gas.products[0].solid.per_gas, 3);
    EXPECT_EQ(job.study.onset_fraction, 0.02);
    EXPECT_DOUBLE_EQ(*job.study.scales.micro_limit / units::nm, 100);
    EXPECT_EQ(job.phases[0].role, phase_role::crack);
    EXPECT_EQ(job.phases[1].role, phase_role::gas);
    EXPECT_EQ(job.phases[2].role, phase_role::none);
}

TEST(study_reader, units_that_do_not_fit_are_answered_with_the_conversion) {
    EXPECT_TRUE(has_only(wrong("samples: {ref: {silicon_loading_g_per_m2: 19}}\n"), 4,
                         "samples.ref.silicon_loading_g_per_m2",
                         "1.9 mg/cm2 = 19 g/m2: write silicon_loading_mg_per_cm2: 1.9"));
    EXPECT_TRUE(has_only(wrong("samples: {ref: {silicon_loading_mg_per_cm2: 19 g/m2}}\n"), 4,
                         "samples.ref.silicon_loading_mg_per_cm2", "write silicon_loading_mg_per_cm2: 1.9"));
    EXPECT_TRUE(has_only(wrong("samples: {ref: {silicon_loading_g_per_cm3: 2}}\n"), 4,
                         "samples.ref.silicon_loading_g_per_cm3", "in mg/cm2, which g/cm3 cannot be converted to"));
    EXPECT_TRUE(has_only(wrong("samples: {ref: {binder_thickness: 32}}\n"), 4, "samples.ref.binder_thickness",
                         "the key with its unit: binder_thickness_nm"));
    EXPECT_TRUE(has_only(wrong("depth: {bins: 4}\nwidth: {bin_nm: 160}\n"), 5, "width.bin_nm",
                         "0.16 um = 160 nm: write bin_um: 0.16"));
}

TEST(study_reader, names_that_do_not_fit_are_reported) {
    EXPECT_TRUE(has_only(wrong("samples: {reff: {silicon_mass_mg: 1}}\n"), 4, "samples.reff", "nearest: 'ref'"));
    EXPECT_TRUE(has_only(wrong("samples: {ref: {reference_scan: n}}\n"), 4, "samples.ref", "'n', a scan of 'zn'"));
    EXPECT_TRUE(has_only(wrong("samples: {ref: {silicon_mass_fraction: 73}}\n"), 4, "samples.ref.silicon_mass_fraction",
                         "a number from 0 to 1"));
    EXPECT_TRUE(has_only(wrong("samples: 3\n"), 4, "samples", "a mapping from samples"));
    EXPECT_TRUE(has_only(wrong("electrochemistry: [{sample: ref, path: x}]\n"), 4, "electrochemistry[0]",
                         "no silicon mass of 'ref'"));
    EXPECT_TRUE(
        has(wrong("samples: {ref: {silicon_mass_mg: 1}}\nelectrochemistry: [{sample: ref, path: x}, {sample: ref, "
                  "path: y}]\n"),
            5, "electrochemistry[1]", "a second table for scan a"));
    EXPECT_TRUE(has_only(wrong("phase: {name: crack, role: hole}\n"), 4, "phase.role", "crack, gas, sei_rich"));
    EXPECT_TRUE(has_only(wrong("phases: [{name: onset}]\n"), 4, "phases[0]", "the archive uses this one"));
}

}  // namespace
}  // namespace tomosweep::study_reader_test
