#include "tomosweep/comm/agreement.hpp"

#include <new>
#include <string>

#include "tomosweep/core/error.hpp"

namespace tomosweep {
namespace {

/// An error that another rank, or the standard library, reported: its kind and text survive, its fields do not.
class remote_error : public error {
public:
    remote_error(error_kind kind, const std::string& message, bool here) : error(kind, message), here_(here) {}
    bool here() const { return here_; }

private:
    bool here_;
};

struct report {
    error_kind kind = error_kind::internal;
    std::string text;
};

report report_of(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const error& known) {
        return {known.kind(), known.what()};
    } catch (const std::bad_alloc&) {
        return {error_kind::resource, "not enough memory"};
    } catch (const std::exception& unknown) {
        return {error_kind::internal, unknown.what()};
    } catch (...) {
        return {error_kind::internal, "unknown failure"};
    }
}

/// False for what the standard library throws: it becomes an error of its kind on the failing rank, too.
bool is_known(const std::exception_ptr& failure) {
    try {
        std::rethrow_exception(failure);
    } catch (const error&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// What agree() threw last; exceptions are the same if they are one object.
std::exception_ptr last_agreed;

[[noreturn]] void throw_everywhere(const std::exception_ptr& failure) {
    last_agreed = failure;
    std::rethrow_exception(failure);
}

}  // namespace

bool struck_alone(const communicator& ranks) {
    const std::exception_ptr failure = std::current_exception();
    if (!failure || ranks.size() == 1 || failure == last_agreed)
        return false;
    const error_kind kind = report_of(failure).kind;
    return kind != error_kind::input && kind != error_kind::interrupted;
}

bool raised_here(const error& failure) {
    const auto* remote = dynamic_cast<const remote_error*>(&failure);
    return remote == nullptr || remote->here();
}

void agree(const communicator& ranks, std::exception_ptr failure) {
    const std::int64_t none = ranks.size();
    const auto first = static_cast<int>(ranks.min(failure ? std::int64_t{ranks.rank()} : none));
    if (first == none)
        return;
    std::vector<char> text;
    std::vector<error_kind> kind(1);
    if (ranks.rank() == first) {
        const report own = report_of(failure);
        text.assign(own.text.begin(), own.text.end());
        kind[0] = own.kind;
    }
    ranks.broadcast(kind, first);
    ranks.broadcast(text, first);
    if (ranks.rank() == first && is_known(failure))
        throw_everywhere(failure);
    const std::string message(text.begin(), text.end());
    throw_everywhere(std::make_exception_ptr(remote_error(kind[0], message, ranks.rank() == first)));
}

}  // namespace tomosweep
