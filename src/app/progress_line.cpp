#include "progress_line.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <string>

namespace tomosweep::app {
namespace {

std::string duration(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    if (whole >= 3600)
        return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
    return whole >= 60 ? fmt::format("{} min {:02} s", whole / 60, whole % 60) : fmt::format("{} s", whole);
}

}  // namespace

progress_line::progress_line() : terminal_(isatty(STDERR_FILENO) != 0), next_(clock::now()) {}

void progress_line::show(const run_progress& progress) {
    using namespace std::chrono_literals;
    if (clock::now() < next_ || progress.work_total == 0)
        return;
    next_ = clock::now() + (terminal_ ? 200ms : 30000ms);
    const double elapsed = std::chrono::duration<double>(clock::now() - start_).count();
    const double rate = static_cast<double>(progress.work_done) / std::max(elapsed, 1e-3);
    const auto left = static_cast<double>(progress.work_total - progress.work_done);
    draw(progress, rate, rate > 0 ? left / rate : 0);
}

void progress_line::draw(const run_progress& progress, double rate, double seconds_left) {
    const double share = static_cast<double>(progress.work_done) / static_cast<double>(progress.work_total);
    const std::string left = progress.work_done > 0 ? duration(seconds_left) + " left" : "just begun";
    const std::string text = fmt::format("{:3.0f} %  scan {} of {}  {:.1f} Mvoxel/s x thresholds  {}", 100 * share,
                                         progress.scans_done, progress.scans_total, rate / 1e6, left);
    if (!terminal_) {
        fmt::print(stderr, "{}\n", text);
        return;
    }
    constexpr int width = 24;
    const auto filled = static_cast<std::size_t>(share * width);
    fmt::print(stderr, "\r[{:<24}] {}\x1b[K", std::string(filled, '='), text);
    std::fflush(stderr);
    drawn_ = true;
}

void progress_line::finish() {
    if (drawn_)
        fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace tomosweep::app
