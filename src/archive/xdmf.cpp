#include "tomosweep/archive/xdmf.hpp"

#include <fmt/format.h>

#include <filesystem>

#include "tomosweep/archive/atomic_file.hpp"
#include "tomosweep/archive/schema.hpp"

namespace tomosweep {
namespace {

std::string escaped(const std::string& text) {
    std::string result;
    for (const char each : text)
        switch (each) {
            case '&': result += "&amp;"; break;
            case '<': result += "&lt;"; break;
            case '>': result += "&gt;"; break;
            case '"': result += "&quot;"; break;
            default: result += each;
        }
    return result;
}

std::string number_format(field_type type) {
    switch (type) {
        case field_type::uint8: return R"(NumberType="UChar" Precision="1")";
        case field_type::uint32: return R"(NumberType="UInt" Precision="4")";
        case field_type::uint64: break;
    }
    return R"(NumberType="UInt" Precision="8")";
}

std::string attribute_text(const std::string& file, const extent3& extent, const field_group& group,
                           const field_declaration& field, std::size_t threshold) {
    const std::string shape = fmt::format("{} {} {}", extent.z, extent.y, extent.x);
    const std::string place =
        std::string("/") + schema::fields + "/" + (group.phase.empty() ? "" : group.phase + "/") + field.name;
    return fmt::format(R"(        <Attribute Name="{}" AttributeType="Scalar" Center="Cell">
          <DataItem ItemType="HyperSlab" Type="HyperSlab" Dimensions="{}">
            <DataItem Dimensions="3 4" Format="XML">{} 0 0 0  1 1 1 1  1 {}</DataItem>
            <DataItem Dimensions="{} {}" {} Format="HDF">{}:{}</DataItem>
          </DataItem>
        </Attribute>
)",
                       escaped(field.name), shape, threshold, shape, group.thresholds.size(), shape,
                       number_format(field.type), escaped(file), escaped(place));
}

std::string grid_text(const std::string& file, const field_layout& layout, const field_group& group,
                      std::size_t threshold) {
    const extent3& extent = layout.extent;
    const auto& origin = layout.origin_um;
    std::string text = fmt::format(R"(      <Grid Name="threshold {0}" GridType="Uniform">
        <Time Value="{0}"/>
        <Topology TopologyType="3DCoRectMesh" Dimensions="{1} {2} {3}"/>
        <Geometry GeometryType="ORIGIN_DXDYDZ">
          <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">{4} {5} {6}</DataItem>
          <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">{7} {7} {7}</DataItem>
        </Geometry>
)",
                                   group.thresholds[threshold], extent.z + 1, extent.y + 1, extent.x + 1, origin[0],
                                   origin[1], origin[2], layout.voxel_size_um);
    for (const field_declaration& field : group.fields)
        text += attribute_text(file, extent, group, field, threshold);
    return text + "      </Grid>\n";
}

}  // namespace

std::string xdmf_text(const std::string& file, const field_layout& layout) {
    std::string text = "<?xml version=\"1.0\"?>\n<Xdmf Version=\"2.2\">\n  <Domain>\n";
    for (const field_group& group : layout.groups) {
        text += fmt::format("    <Grid Name=\"{}\" GridType=\"Collection\" CollectionType=\"Temporal\">\n",
                            group.phase.empty() ? "fields" : escaped(group.phase));
        for (std::size_t threshold = 0; threshold < group.thresholds.size(); ++threshold)
            text += grid_text(file, layout, group, threshold);
        text += "    </Grid>\n";
    }
    return text + "  </Domain>\n</Xdmf>\n";
}

void write_xdmf(const std::string& path, const field_layout& layout) {
    const std::filesystem::path shard(path);
    std::filesystem::path beside = shard;
    beside.replace_extension(".xmf");
    const std::string text = xdmf_text(shard.filename().string(), layout);
    write_file_whole(beside.string(), text);
}

}  // namespace tomosweep
