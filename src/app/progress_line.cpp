#include "progress_line.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>
#include <utility>

#include "tomosweep/core/process.hpp"

namespace tomosweep::app {
namespace {

std::string duration(double seconds) {
    const auto whole = static_cast<long>(seconds + 0.5);
    if (whole >= 3600)
        return fmt::format("{} h {:02} min", whole / 3600, whole % 3600 / 60);
    return whole >= 60 ? fmt::format("{} min {:02} s", whole / 60, whole % 60) : fmt::format("{} s", whole);
}

std::size_t columns_of_terminal() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : std::size_t{80};
}

}  // namespace

progress_line::progress_line() : terminal_(isatty(STDERR_FILENO) != 0) {}

void progress_line::show(const run_progress& progress) {
    if (progress.work_total == 0)
        return;
    {
        const std::lock_guard lock(mutex_);
        latest_ = progress;
    }
    changed_.notify_one();
    if (!drawer_.joinable())
        drawer_ = begin_thread([this](const std::stop_token& stop) { keep_drawing(stop); });
}

void progress_line::keep_drawing(const std::stop_token& stop) {
    using namespace std::chrono_literals;
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return latest_.has_value(); })) {
        const run_progress progress = *std::exchange(latest_, std::nullopt);
        lock.unlock();
        draw(progress);
        lock.lock();
        changed_.wait_for(lock, stop, terminal_ ? 200ms : 30000ms, [] { return false; });
    }
}

void progress_line::draw(const run_progress& progress) {
    const double elapsed = std::chrono::duration<double>(clock::now() - start_).count();
    const double rate = static_cast<double>(progress.work_done) / std::max(elapsed, 1e-3);
    const double seconds_left = rate > 0 ? static_cast<double>(progress.work_total - progress.work_done) / rate : 0;
    const double share = static_cast<double>(progress.work_done) / static_cast<double>(progress.work_total);
    const std::string left = progress.work_done > 0 ? duration(seconds_left) + " left" : "just begun";
    std::string text = fmt::format("{:3.0f} %  {} of {} scans done, threshold {} of {}  {:.1f} Mvoxel/s  {}  {}",
                                   100 * share, progress.scans_done, progress.scans_total, progress.thresholds_done,
                                   progress.thresholds, rate / 1e6, left, name_of(progress.step));
    if (!terminal_) {
        fmt::print(stderr, "{}\n", text);
        return;
    }
    // A line that wraps cannot be drawn over: the bar takes what the text leaves, and the last column stays free.
    constexpr std::size_t widest_bar = 24, frame = 4;
    const std::size_t columns = columns_of_terminal();
    text = text.substr(0, columns - 1);
    if (columns > text.size() + frame) {
        const std::size_t width = std::min(widest_bar, columns - text.size() - frame);
        const auto filled = static_cast<std::size_t>(share * static_cast<double>(width));
        text = fmt::format("[{:<{}}] {}", std::string(filled, '='), width, text);
    }
    fmt::print(stderr, "\r{}\x1b[K", text);
    std::fflush(stderr);
    drawn_ = true;
}

void progress_line::finish() {
    drawer_.request_stop();
    if (drawer_.joinable())
        drawer_.join();
    if (drawn_)
        fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
}

}  // namespace tomosweep::app
