#include "text_option.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <future>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

#include "io/standard_output.h"
#include "mtt/error.h"
#include "output.h"
#include "report/progress_bar.h"
#include "report/verbosity.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kFirstWindow = 64, kWindow = 4096;

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code error;
  return a != "-" && b != "-" && fs::equivalent(a, b, error);
}

}  // namespace

void TextOption::add_to(CLI::App& verb, std::vector<std::string> output_endings) {
  endings = std::move(output_endings);
  std::string list;
  for (const std::string& ending : endings)
    list += (list.empty() ? "" : &ending == &endings.back() ? " or " : ", ") + ending;
  verb.add_option("--input", input, "File with one text per line; - reads standard input; default: -")
      ->type_name("FILE|-");
  verb.add_option(
          "--field", field,
          "Key or column of the text; the input is then JSONL, or a table if its name ends in .csv or .tsv")
      ->type_name("KEY");
  verb.add_option("--output", output,
                  "File that ends in " + list + "; - writes JSONL to standard output; default: -")
      ->type_name("FILE|-");
}

void TextOption::check() const {
  check_output(output, endings);
  if (is_same_file(input, output))
    throw Error("the output '" + output + "' is also the input; give another file");
  if (input == "-" && verbosity() != Verbosity::quiet && ::isatty(STDIN_FILENO) == 1)
    std::fputs("Reading texts from standard input; end with Ctrl-D\n", stderr);
}

TextWindows::TextWindows(const TextOption& option, const std::string& pair_field)
    : source_(option.input, option.field, "give the key of the text, as in --field text", pair_field) {}

bool TextWindows::next(TextWindow& window) {
  window.first = read_;
  window.share = source_.share();
  window.lines = source_.next(read_ == 0 ? kFirstWindow : kWindow);
  window.share_after = source_.share();
  read_ += static_cast<std::int64_t>(window.lines.texts.size());
  return !window.lines.texts.empty();
}

Error with_written(const Error& error, const TextOption& option, std::int64_t written) {
  if (written == 0 || !option.output.ends_with(".jsonl")) return error;
  return Error(std::string(error.what()) + "\n'" + option.output + "' holds the results of the first " +
               (written == 1 ? "text" : std::to_string(written) + " texts"));
}

namespace {

using Clock = std::chrono::steady_clock;

/// A window in the model. Without its response, its request is stopped: it calls `progress`, which then
/// throws.
struct WindowInModel {
  TextWindow window;
  Clock::time_point begin;
  std::atomic<bool>* stopped;
  std::future<Response> response;

  explicit WindowInModel(std::atomic<bool>& stop) : stopped(&stop) {}
  WindowInModel(WindowInModel&&) = default;
  WindowInModel& operator=(WindowInModel&&) = default;
  ~WindowInModel() {
    if (!response.valid()) return;
    *stopped = true;
    response.wait();
  }
};

}  // namespace

StreamTotals infer(const OpenModel& open, const TextOption& option, const std::string& pair_field,
                   const std::string& what, const Request& asked, Console& console,
                   const std::function<void(const TextWindow&, Response&)>& use) {
  StreamTotals totals;
  std::int64_t truncated = 0;
  Clock::time_point last_end;
  std::mutex terminal;
  std::atomic<bool> stopped = false;
  ProgressBar progress(what);
  const auto submit = [&](TextWindow window) {
    WindowInModel started(stopped);
    const auto show = [&, first = window.first, begin = window.share,
                       size = window.share_after - window.share](std::int64_t done, double share) {
      if (stopped) throw Error("stopped");
      if (option.output == "-") check_standard_output();
      if (const std::unique_lock lock(terminal, std::try_to_lock); lock)
        progress.update(first + done, begin + share * size);
    };
    started.begin = Clock::now();
    Request request = asked;
    request.texts = window.lines.texts;
    request.second_texts = window.lines.second_texts;
    request.first = window.first;
    request.progress = show;
    started.response = open.session->submit(std::move(request));
    started.window = std::move(window);
    return started;
  };
  const auto finish = [&](WindowInModel running) {
    Response response = running.response.get();
    const auto end = Clock::now();
    totals.seconds += std::chrono::duration<double>(end - std::max(running.begin, last_end)).count();
    last_end = end;
    totals.tokens += response.tokens;
    truncated += response.truncated;
    const std::lock_guard lock(terminal);
    progress.clear();
    use(running.window, response);
    totals.texts += static_cast<std::int64_t>(running.window.lines.texts.size());
  };
  try {
    TextWindows windows(option, pair_field);
    std::optional<WindowInModel> running;
    const auto finish_running = [&] {
      if (running) finish(*std::exchange(running, std::nullopt));
    };
    while (true) {
      TextWindow window;
      try {
        if (!windows.next(window)) break;
      } catch (const Error&) {
        finish_running();
        throw;
      }
      WindowInModel next = submit(std::move(window));
      finish_running();
      running = std::move(next);
      if (!windows.is_file()) finish_running();
    }
    finish_running();
  } catch (const Error& error) {
    throw with_written(error, option, totals.texts);
  }
  if (truncated > 0)
    console.warn(std::to_string(truncated) + " of " + std::to_string(totals.texts) +
                 " texts were truncated to " + std::to_string(open.encoder.max_tokens) + " tokens");
  return totals;
}

}  // namespace mtt
