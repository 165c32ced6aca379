#include "text_option.h"

#include <chrono>
#include <filesystem>
#include <system_error>

#include "io/standard_output.h"
#include "mtt/error.h"
#include "output.h"
#include "report/progress.h"

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
  verb.add_option("--input", input, "File with one text per line; - reads standard input")
      ->type_name("FILE|-");
  verb.add_option(
          "--field", field,
          "Key or column of the text; the input is then JSONL, or a table if its name ends in .csv or .tsv")
      ->type_name("KEY");
  verb.add_option("--output", output, "File that ends in " + list + "; - writes JSONL to standard output")
      ->type_name("FILE|-");
}

void TextOption::check() const {
  check_output(output, endings);
  if (is_same_file(input, output))
    throw Error("the output '" + output + "' is also the input; give another file");
}

void for_each_window(const TextOption& option, const std::function<void(const TextWindow&)>& work) {
  TextWindow window;
  try {
    TextSource source(option.input, option.field, "give the key of the text, as in --field text");
    for (std::size_t most = kFirstWindow;; most = kWindow) {
      window.share = source.share();
      window.lines = source.next(most);
      if (window.lines.texts.empty()) return;
      window.share_after = source.share();
      work(window);
      window.first += static_cast<std::int64_t>(window.lines.texts.size());
    }
  } catch (const Error& error) {
    if (window.first == 0 || !option.output.ends_with(".jsonl")) throw;
    throw Error(std::string(error.what()) + "\n'" + option.output + "' holds the results of the first " +
                std::to_string(window.first) + " texts");
  }
}

StreamTotals infer(const OpenModel& open, const TextOption& option, const std::string& what, bool predictions,
                   std::int64_t top, Console& console,
                   const std::function<void(const TextWindow&, InferenceResult&)>& use) {
  using Clock = std::chrono::steady_clock;
  StreamTotals totals;
  std::int64_t truncated = 0;
  const Inference inference = open.inference();
  Progress progress(what);
  for_each_window(option, [&](const TextWindow& window) {
    const auto begin = Clock::now();
    InferenceResult result =
        inference.run(window.lines.texts,
                      {.sentences = !predictions,
                       .predictions = predictions,
                       .progress =
                           [&](std::int64_t done, double share) {
                             if (option.output == "-") check_standard_output();
                             progress.update(window.first + done,
                                             window.share + share * (window.share_after - window.share));
                           },
                       .first = window.first,
                       .top = top},
                      window.lines.partners);
    totals.seconds += std::chrono::duration<double>(Clock::now() - begin).count();
    totals.texts += static_cast<std::int64_t>(window.lines.texts.size());
    totals.tokens += result.tokens;
    truncated += result.truncated;
    progress.clear();
    use(window, result);
  });
  if (truncated > 0)
    console.warn(std::to_string(truncated) + " of " + std::to_string(totals.texts) +
                 " texts were truncated to " + std::to_string(open.encoder.max_tokens) + " tokens");
  return totals;
}

}  // namespace mtt
