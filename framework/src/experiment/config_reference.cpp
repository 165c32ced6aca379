#include "experiment/config_reference.h"

#include "experiment/experiment.h"

namespace mtt {
namespace {

std::string kind_text(const Option& option) {
  using Kind = Option::Kind;
  std::string text = option.kind == Kind::boolean          ? "boolean"
                     : option.kind == Kind::integer        ? "integer"
                     : option.kind == Kind::number         ? "number"
                     : option.kind == Kind::number_or_word ? "number or word"
                     : option.kind == Kind::string         ? "string"
                     : option.kind == Kind::strings        ? "string or array of strings"
                                                           : "table";
  if (const std::string range = option.range(); !range.empty()) text += ", " + range;
  std::string words;
  for (const std::string& word : option.choices) words += (words.empty() ? "" : ", ") + ("`" + word + "`");
  return words.empty() ? text : text + ": " + words;
}

}  // namespace

std::string option_table(const OptionList& options) {
  std::string text = "| key | kind | default | meaning |\n|---|---|---|---|\n";
  for (const Option& option : options.all()) {
    const std::string fallback = option.kind == Option::Kind::table ? ""
                                 : option.fallback                  ? "`" + option.fallback->json() + "`"
                                                                    : "required";
    text +=
        "| `" + option.name + "` | " + kind_text(option) + " | " + fallback + " | " + option.help + " |\n";
  }
  return text;
}

std::string config_reference() {
  std::string text =
      "# Keys of an experiment file\n\nAll tables and keys of the TOML file that `mtt run` reads, with those "
      "of the "
      "plugins. `mtt config reference` prints this page.\n\n";
  for (const Section& section : experiment_sections()) {
    text += "## " + (section.name.empty() ? "Top level" : "`[" + section.name + "]`") + "\n\n" +
            section.summary + "\n\n" + option_table(section.options) + "\n";
  }
  return text;
}

}  // namespace mtt
