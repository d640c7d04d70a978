#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include "tomosweep/core/error.hpp"
#include "tomosweep/core/grey.hpp"
#include "tomosweep/io/source.hpp"

namespace tomosweep::testing {

/// A folder of its own for a test, gone with it.
class scratch_folder {
public:
    scratch_folder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "tomosweep-io-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            throw std::runtime_error("no scratch folder");
        path_ = pattern;
    }
    scratch_folder(const scratch_folder&) = delete;
    scratch_folder& operator=(const scratch_folder&) = delete;
    ~scratch_folder() { std::filesystem::remove_all(path_); }

    std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

/// Grey levels over the whole range of `type`, so that a wrong sign, byte order or width cannot go unnoticed.
inline grey_volume random_grey(dtype type, extent3 extent, unsigned seed) {
    grey_volume grey = make_grey(type, extent);
    std::mt19937 random(seed);
    std::visit(
        [&](auto& values) {
            using value = std::remove_cvref_t<decltype(*values.data())>;
            for (value& level : values.values())
                if constexpr (std::is_same_v<value, float>)
                    level = static_cast<float>(random()) / 65536.0F - 32768.0F;
                else
                    level = static_cast<value>(random());
        },
        grey);
    return grey;
}

/// The voxels of `box`, copied one by one.
inline grey_volume cut(const grey_volume& grey, const box3& box) {
    grey_volume part = make_grey(dtype_of(grey), box.extent());
    std::visit(
        [&](auto& to) {
            const auto& from = std::get<std::remove_cvref_t<decltype(to)>>(grey);
            const extent3 extent = box.extent();
            for (index_t z = 0; z < extent.z; ++z)
                for (index_t y = 0; y < extent.y; ++y)
                    for (index_t x = 0; x < extent.x; ++x)
                        to(z, y, x) = from(box.lo.z + z, box.lo.y + y, box.lo.x + x);
        },
        part);
    return part;
}

inline bool same(const grey_volume& a, const grey_volume& b) {
    return a.index() == b.index() &&
           std::visit(
               [&](const auto& left) {
                   const auto& right = std::get<std::remove_cvref_t<decltype(left)>>(b);
                   return left.extent() == right.extent() &&
                          std::equal(left.values().begin(), left.values().end(), right.values().begin());
               },
               a);
}

/// Holds every kind of box of the scan to the truth: whole, slabs, bars, columns, a voxel, the last voxel, none,
/// random.
inline void expect_boxes_equal(const scan_source& scan, const grey_volume& truth, unsigned seed = 7) {
    const extent3 extent = std::visit([](const auto& held) { return held.extent(); }, truth);
    ASSERT_EQ(scan.extent(), extent);
    ASSERT_EQ(scan.type(), dtype_of(truth));
    std::vector<box3> boxes{whole(extent), {{0, 0, 0}, {1, 1, 1}}, {extent - index3{1, 1, 1}, extent}, box3{}};
    boxes.push_back({{extent.z / 2, 0, 0}, extent});
    boxes.push_back({{0, extent.y / 2, 0}, extent});
    boxes.push_back({{0, 0, extent.x / 2}, extent});
    boxes.push_back({{0, 0, extent.x - 1}, extent});
    std::mt19937 random(seed);
    const auto interval = [&](index_t length, index_t& lo, index_t& hi) {
        lo = static_cast<index_t>(random() % static_cast<std::uint64_t>(length));
        hi = lo + 1 + static_cast<index_t>(random() % static_cast<std::uint64_t>(length - lo));
    };
    for (int i = 0; i < 8; ++i) {
        box3 box;
        interval(extent.z, box.lo.z, box.hi.z);
        interval(extent.y, box.lo.y, box.hi.y);
        interval(extent.x, box.lo.x, box.hi.x);
        boxes.push_back(box);
    }
    for (const box3& box : boxes)
        EXPECT_TRUE(same(scan.read(box), cut(truth, box)))
            << "box z " << box.lo.z << ".." << box.hi.z << " y " << box.lo.y << ".." << box.hi.y << " x " << box.lo.x
            << ".." << box.hi.x << " seed " << seed;
}

/// The message of the input_error that `action` must throw.
template <class Action>
std::string refusal(Action action) {
    try {
        action();
    } catch (const input_error& refused) {
        return refused.what();
    }
    ADD_FAILURE() << "nothing was refused";
    return {};
}

/// An error message is worth something only when it names what is wrong.
inline void expect_mentions(const std::string& text, std::initializer_list<std::string> parts) {
    for (const std::string& part : parts)
        EXPECT_NE(text.find(part), std::string::npos) << "\"" << part << "\" is not in: " << text;
}

inline void write_text(const std::string& path, const std::string& text) {
    std::ofstream(path, std::ios::binary) << text;
}

inline void write_bytes(const std::string& path, const void* data, std::size_t bytes) {
    std::ofstream(path, std::ios::binary).write(static_cast<const char*>(data), static_cast<std::streamsize>(bytes));
}

inline void shorten(const std::string& path, std::uintmax_t bytes) {
    std::filesystem::resize_file(path, std::filesystem::file_size(path) - bytes);
}

constexpr dtype all_types[] = {dtype::uint8, dtype::uint16, dtype::int16, dtype::float32};
constexpr byte_order both_orders[] = {byte_order::little, byte_order::big};

}  // namespace tomosweep::testing
