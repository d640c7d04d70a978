#pragma once

#include <concepts>
#include <string_view>
#include <type_traits>

#include "tomosweep/campaign/yaml_reader.hpp"
#include "tomosweep/io/phantom.hpp"

namespace tomosweep {

/// A number or a count of a phantom as a job names it.
struct phantom_key {
    std::string_view name;
    number_range range = not_negative;  ///< of a number; counts are from 0
    /// The others came later: content texts hold them in their own way, where they are used, so that keys of older
    /// results stay.
    bool plain = true;
};

template <class Phantom, class Of>
concept a_phantom = std::same_as<std::remove_const_t<Phantom>, Of>;

inline constexpr number_range phantom_share{.low = 0, .high = 1};
inline constexpr number_range phantom_grey{.low = 0, .high = 255};

/// Calls `visit` with each key and its member: jobs are read and written, and content texts made, by this list.
template <a_phantom<phantom_source> Phantom, class Visit>
void visit_keys(Phantom& phantom, const Visit& visit) {
    visit({"islet_diameter", positive}, phantom.islet_diameter);
    visit({"crack_width_collector"}, phantom.crack_width_collector);
    visit({"crack_width_separator"}, phantom.crack_width_separator);
    visit({"cracked_share", phantom_share}, phantom.cracked_share);
    visit({"fine_crack_width"}, phantom.fine_crack_width);
    visit({"fine_crack_share", phantom_share}, phantom.fine_crack_share);
    visit({"pores"}, phantom.pores);
    visit({"pore_radius"}, phantom.pore_radius);
    visit({"solid_grey", phantom_grey}, phantom.solid_grey);
    visit({"crack_grey", phantom_grey}, phantom.crack_grey);
    visit({"shell_thickness", not_negative, false}, phantom.shell_thickness);
    visit({"shell_grey", phantom_grey, false}, phantom.shell_grey);
    visit({"blur_sigma"}, phantom.blur_sigma);
    visit({"noise_sigma"}, phantom.noise_sigma);
    visit({"ring_count", not_negative, false}, phantom.ring_count);
    visit({"ring_amplitude", not_negative, false}, phantom.ring_amplitude);
    visit({"ring_width", positive, false}, phantom.ring_width);
}
template <a_phantom<phantom_stack> Stack, class Visit>
void visit_keys(Stack& stack, const Visit& visit) {
    visit({"collector_grey", phantom_grey}, stack.collector_grey);
    visit({"electrolyte_grey", phantom_grey}, stack.electrolyte_grey);
    visit({"fibres"}, stack.fibres);
    visit({"fibre_radius"}, stack.fibre_radius);
    visit({"fibre_grey", phantom_grey}, stack.fibre_grey);
    visit({"bubbles", not_negative, false}, stack.bubbles);
    visit({"bubble_radius", not_negative, false}, stack.bubble_radius);
    visit({"bubble_grey", phantom_grey, false}, stack.bubble_grey);
}

}  // namespace tomosweep
