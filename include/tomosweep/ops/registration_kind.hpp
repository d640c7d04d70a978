#pragma once

#include <cstdint>

namespace tomosweep {

/// What may change between two states of the same thing.
enum class registration_kind : std::uint8_t { none, translation, rigid };

}  // namespace tomosweep
