#include "text/component_json.h"
#include "text/literal_split.h"

namespace mtt {
namespace {

constexpr std::size_t kMostPreTokenizers = 100;

PreTokenizerStep read_byte_level(const Value& component) {
  if (!flag_or(component, "use_regex", true))
    component.at("use_regex")
        .refuse("a ByteLevel pre-tokenizer without its pattern is not supported; expected true");
  return byte_level(component.at("add_prefix_space").boolean());
}

Prepend read_prepend_scheme(const Value& component) {
  const Value* scheme = component.find("prepend_scheme");
  const std::string name = is_null(scheme) ? "always" : scheme->string();
  if (name != "always" && name != "first" && name != "never")
    scheme->refuse("the prepend_scheme " + scheme->json() + " is unknown; expected always, first or never");
  if (!flag_or(component, "add_prefix_space", true) && name != "never")
    component.at("add_prefix_space").refuse("add_prefix_space contradicts the prepend_scheme '" + name + "'");
  return name == "always" ? Prepend::always : name == "first" ? Prepend::first : Prepend::never;
}

PreTokenizerStep read_metaspace(const Value& component) {
  const Value& replacement = component.at("replacement");
  const std::u32string characters = characters_of(replacement);
  if (characters.size() != 1)
    replacement.refuse("the replacement of a Metaspace is " + replacement.json() +
                       "; expected one character");
  return metaspace(characters[0], read_prepend_scheme(component), flag_or(component, "split", true));
}

SplitBehavior read_behavior(const Value& behavior) {
  constexpr std::pair<std::string_view, SplitBehavior> kKnown[] = {
      {"Removed", SplitBehavior::removed},
      {"Isolated", SplitBehavior::isolated},
      {"MergedWithPrevious", SplitBehavior::merged_with_previous},
      {"MergedWithNext", SplitBehavior::merged_with_next},
      {"Contiguous", SplitBehavior::contiguous}};
  for (const auto& [name, known] : kKnown)
    if (behavior.string() == name) return known;
  behavior.refuse("the behavior " + behavior.json() +
                  " of a Split is unknown; expected Removed, Isolated, MergedWithPrevious, MergedWithNext or "
                  "Contiguous");
}

PreTokenizerStep read_split(const Value& component) {
  const Value& pattern = component.at("pattern");
  if (const Value* expression = pattern.find("Regex"))
    expression->refuse("a Split by the regular expression " + expression->json() +
                       " is not supported; expected a String");
  const Value& text = pattern.at("String");
  if (text.string().empty()) text.refuse("the pattern of a Split is empty");
  return literal_split(characters_of(text), read_behavior(component.at("behavior")),
                       component.at("invert").boolean());
}

void append_steps(const Value& component, std::vector<PreTokenizerStep>& steps, TokenizerParts& parts) {
  const std::string& type = type_of(component);
  if (type == "Sequence") {
    for (const Value& part : component.at("pretokenizers").array()) append_steps(part, steps, parts);
    return;
  }
  if (parts.words_are_bytes)
    component.refuse("a pre-tokenizer after ByteLevel is not supported; expected ByteLevel to be the last");
  if (type == "BertPreTokenizer") {
    steps.emplace_back(split_bert);
    parts.splits_as_bert = steps.size() == 1;
    return;
  }
  parts.splits_as_bert = false;
  if (type == "Whitespace") {
    steps.emplace_back(split_whitespace);
  } else if (type == "WhitespaceSplit") {
    steps.emplace_back(split_at_spaces);
  } else if (type == "ByteLevel") {
    steps.push_back(read_byte_level(component));
    parts.words_are_bytes = true;
  } else if (type == "Metaspace") {
    steps.push_back(read_metaspace(component));
  } else if (type == "Split") {
    steps.push_back(read_split(component));
  } else {
    component.refuse("the pre-tokenizer '" + type +
                     "' is not supported; expected BertPreTokenizer, ByteLevel, Metaspace, Sequence, "
                     "Split, Whitespace or WhitespaceSplit");
  }
}

}  // namespace

void read_pre_tokenizer(const Value& pre_tokenizer, TokenizerParts& parts) {
  std::vector<PreTokenizerStep> steps;
  append_steps(pre_tokenizer, steps, parts);
  if (steps.size() > kMostPreTokenizers)
    pre_tokenizer.refuse("the pre-tokenizer has " + std::to_string(steps.size()) +
                         " steps; expected at most " + std::to_string(kMostPreTokenizers));
  parts.pre_tokenizer = PreTokenizer(std::move(steps));
}

}  // namespace mtt
