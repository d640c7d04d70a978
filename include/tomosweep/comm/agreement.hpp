#pragma once

#include <exception>
#include <type_traits>
#include <utility>

#include "tomosweep/comm/communicator.hpp"
#include "tomosweep/core/error.hpp"

namespace tomosweep {

/// Whether this rank itself ran into the failure; the others learn of it by agreement. Local.
bool raised_here(const error& failure);

/// Whether the exception that is being handled struck this rank between two agreements, such as lack of memory for a
/// message: of `ranks` it alone has left the common path, the others will wait for it for ever, and only
/// communicator::abort() frees them. False for what agree() threw, and for errors of input and interruptions, which
/// ranks raise alike from what all of them know. Local; for catch blocks.
bool struck_alone(const communicator& ranks);

/// Collective. Throws on every rank when any rank brings a failure: the lowest failing rank's error, of the same
/// kind and with the same text (and its rank when it was not the caller's own). Returns when no rank failed.
void agree(const communicator& ranks, std::exception_ptr failure);

/// Collective. Runs a local `step` on every rank and then agrees on its success, so that a failure on one rank stops
/// all of them at the same place and nobody waits for a message that never comes. Returns the step's result. `step`
/// itself must not communicate over `ranks`.
template <class Step>
auto agreed(const communicator& ranks, Step&& step) {
    std::exception_ptr failure;
    if constexpr (std::is_void_v<std::invoke_result_t<Step>>) {
        try {
            std::forward<Step>(step)();
        } catch (...) {
            failure = std::current_exception();
        }
        agree(ranks, failure);
    } else {
        std::invoke_result_t<Step> result{};
        try {
            result = std::forward<Step>(step)();
        } catch (...) {
            failure = std::current_exception();
        }
        agree(ranks, failure);
        return result;
    }
}

}  // namespace tomosweep
