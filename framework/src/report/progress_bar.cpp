#include "report/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "report/verbosity.h"

namespace mtt {
namespace {

constexpr int kBarWidth = 30;

std::string clock_text(double seconds) {
  const auto whole = static_cast<long>(seconds + 0.5);
  char text[32];
  std::snprintf(text, sizeof text, "%ld:%02ld", whole / 60, whole % 60);
  return text;
}

}  // namespace

ProgressBar::ProgressBar(std::string what, std::int64_t total)
    : what_(std::move(what)), total_(total), terminal_(::isatty(STDERR_FILENO) == 1) {}

ProgressBar::~ProgressBar() { clear(); }

void ProgressBar::clear() {
  if (shown_ && terminal_) std::fprintf(stderr, "\r\x1b[K");
  shown_ = false;
}

void ProgressBar::update(std::int64_t done, double share, const std::string& note) {
  const auto now = Clock::now();
  const double elapsed = std::chrono::duration<double>(now - start_).count();
  const double since = std::chrono::duration<double>(now - last_).count();
  const bool due = terminal_ ? elapsed > 1 && since > 0.1 : since > 10;
  if (!due || verbosity() == Verbosity::quiet) return;
  last_ = now;
  shown_ = true;
  char rate[32];
  std::snprintf(rate, sizeof rate, "%.1f/s", static_cast<double>(done) / elapsed);
  std::string tail = rate;
  if (share > 0) tail += (terminal_ ? "  " : ", ") + clock_text(elapsed * (1 - share) / share) + " left";
  if (!note.empty()) tail += "  " + note;
  std::string count = std::to_string(done);
  if (total_ > 0) count += " of " + std::to_string(total_);
  if (!terminal_) {
    std::fprintf(stderr, "%s: %s, %s\n", what_.c_str(), count.c_str(), tail.c_str());
  } else if (share > 0) {
    const int filled = static_cast<int>(share * kBarWidth);
    std::string bar;
    for (int i = 0; i < kBarWidth; ++i) bar += i < filled ? "█" : "░";
    std::fprintf(stderr, "\r%s %s %3.0f %%  %s\x1b[K", what_.c_str(), bar.c_str(), share * 100, tail.c_str());
  } else {
    std::fprintf(stderr, "\r%s %s  %s\x1b[K", what_.c_str(), count.c_str(), tail.c_str());
  }
  std::fflush(stderr);
}

}  // namespace mtt
