// `--input`, `--field` and `--output`: texts in, one result a text out.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "data/text_lines.h"
#include "model_option.h"

namespace mtt {

/// The options of a verb that takes texts.
struct TextOption {
  std::string input = "-";
  std::string field;
  std::string output = "-";
  std::vector<std::string> endings;  ///< of the files that the verb can write

  void add_to(CLI::App& verb, std::vector<std::string> output_endings);
  /// Makes sure, before any work is done, that `output` can be written.
  void check() const;
  TextLines read() const;
};

/// Runs a model over texts with a progress bar named `what`, and warns of texts that were cut. Asks for
/// predictions, with their `top` most probable classes, or else for vectors.
InferenceResult infer(const OpenModel& open, const std::vector<std::string>& texts, const std::string& what,
                      bool predictions, Console& console, std::int64_t top = 0);

}  // namespace mtt
