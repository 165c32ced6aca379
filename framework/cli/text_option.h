// `--input`, `--field` and `--output`: texts in, one result a text out.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "data/text_source.h"
#include "model_option.h"
#include "mtt/error.h"

namespace mtt {

/// The options of a verb that takes texts.
struct TextOption {
  std::string input = "-";
  std::string field;
  std::string output = "-";
  std::vector<std::string> endings;  ///< of the files that the verb can write

  void add_to(CLI::App& verb, std::vector<std::string> output_endings);
  /// Makes sure, before any work is done, that `output` can be written. Says so where texts are read from a
  /// terminal.
  void check() const;
};

/// Some texts of an input, and where they are in it.
struct TextWindow {
  TextLines lines;
  std::int64_t first = 0;             ///< how many texts came before
  double share = 0, share_after = 0;  ///< of the input, before and after these texts; 0: unknown
};

/// The texts of an input, some at a time and in order, so that memory does not depend on their number. The
/// first window is small, so that the first results come soon.
class TextWindows {
 public:
  explicit TextWindows(const TextOption& option, const std::string& pair_field = std::string(kTextPair));

  /// The next window; false at the end.
  bool next(TextWindow& window);
  /// Whether the input is a file, so that next() never waits for somebody who writes.
  bool is_file() const { return source_.is_file(); }

 private:
  TextSource source_;
  std::int64_t read_ = 0;
};

/// The error of a command that had written results: says how many are in its output.
Error with_written(const Error& error, const TextOption& option, std::int64_t written);

/// What is counted while texts go through a model.
struct StreamTotals {
  std::int64_t texts = 0, tokens = 0;
  double seconds = 0;  ///< in which the model had texts
};

/// Runs a model over the texts of an input, window by window, with a progress bar named `what`, gives each
/// window with its results to `use`, and at the end warns of texts that were truncated. `asked` says what is
/// computed; it has no texts. `pair_field` is the key of second texts. The next window of a file is computed
/// while `use` works.
StreamTotals infer(const OpenModel& open, const TextOption& option, const std::string& pair_field,
                   const std::string& what, const Request& asked, Console& console,
                   const std::function<void(const TextWindow&, Response&)>& use);

}  // namespace mtt
