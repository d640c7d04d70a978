#pragma once

#include <atomic>
#include <exception>

namespace tomosweep {

/// First exception of a parallel region, to be thrown after it.
class first_failure {
public:
    template <class Work>
    void guard(Work&& work) {
        try {
            work();
        } catch (...) {
            if (!failed_.exchange(true))
                failure_ = std::current_exception();
        }
    }
    void rethrow() const {
        if (failure_)
            std::rethrow_exception(failure_);
    }

private:
    std::atomic<bool> failed_{false};
    std::exception_ptr failure_;
};

}  // namespace tomosweep
