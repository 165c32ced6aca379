#include "text/component_json.h"

namespace mtt {
namespace {

constexpr std::size_t kMostPreTokenizers = 100;

PreTokenizerStep read_byte_level(const Value& component) {
  if (!flag_or(component, "use_regex", true))
    component.at("use_regex")
        .refuse("a ByteLevel pre-tokenizer without its pattern is not supported; expected true");
  return byte_level(component.at("add_prefix_space").boolean());
}

Prepend read_prepend(const Value& component) {
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
  return metaspace(characters[0], read_prepend(component), flag_or(component, "split", true));
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
  } else {
    component.refuse("the pre-tokenizer '" + type +
                     "' is not supported; expected BertPreTokenizer, ByteLevel, Metaspace, Sequence, "
                     "Whitespace or WhitespaceSplit");
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
