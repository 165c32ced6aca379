#include "train/sampler_settings.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/error.h"
#include "train/source_choice.h"

namespace mtt {
namespace {

const SamplingRow& row_of(std::string_view name) {
  const auto& rows = sampling_methods();
  const auto found =
      std::find_if(rows.begin(), rows.end(), [&](const SamplingRow& row) { return row.name == name; });
  if (found == rows.end()) throw Error("there is no sampling method '" + std::string(name) + "'");
  return *found;
}

/// Keys that a method does not read may only have their defaults.
void check_keys(const Options& options, const SamplingRow& row) {
  const OptionList declared = sampler_options();
  for (const Option& option : declared.all()) {
    const std::string& key = option.name;
    if (key == "method" || std::find(row.keys.begin(), row.keys.end(), key) != row.keys.end()) continue;
    if (options.given(key) && options.value(key).json() != option.fallback->json())
      options.value(key).refuse("'" + key + "' in [sampler] has no effect with method = \"" + row.name +
                                "\"; remove it");
  }
}

}  // namespace

OptionList sampler_options() {
  std::vector<std::string> names;
  std::string help;
  for (const SamplingRow& row : sampling_methods()) {
    names.push_back(row.name);
    help += (help.empty() ? "How the examples of a step are sampled from several training files: " : ", ") +
            row.name + (row.summary.empty() ? "" : " (" + row.summary + ")");
  }
  return OptionList()
      .choice("method", "all", names, help + ".")
      .number("temperature", 2.0, 1.0, std::nullopt,
              "T of temperature and capped; 1: proportional, larger: more uniform.")
      .integer("cap", 0, 0, std::nullopt,
               "Number of examples above which the size of a file has no further effect; required by capped.")
      .integer("max_epochs", 4, 1, 1'000'000, "Maximum number of passes over a file with unimax.")
      .choice("mixing", "steps", {"steps", "examples"},
              "Whether the examples of a step come from one file (steps) or from all files (examples); no "
              "effect with method = all.");
}

SamplerSettings SamplerSettings::read(const Options& options) {
  const SamplingRow& row = row_of(options.string("method"));
  const SamplerSettings settings{.method = row.method,
                                 .temperature = options.number("temperature"),
                                 .cap = options.integer("cap"),
                                 .max_epochs = options.integer("max_epochs"),
                                 .mix_examples = options.string("mixing") == "examples"};
  check_keys(options, row);
  if (settings.method == SamplingMethod::capped && settings.cap == 0)
    options.value("method").refuse(
        "method = \"capped\" in [sampler] needs 'cap', the number of examples up to which a file's size "
        "counts");
  return settings;
}

}  // namespace mtt
