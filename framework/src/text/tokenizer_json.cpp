#include <algorithm>

#include "mtt/error.h"
#include "text/component_json.h"
#include "value/utf8.h"

namespace mtt {
namespace {

void check_top_level(const Value& json) {
  constexpr std::string_view kKnown[] = {"version",        "truncation", "padding",
                                         "added_tokens",   "normalizer", "pre_tokenizer",
                                         "post_processor", "decoder",    "model"};
  for (const auto& [key, value] : json.table())
    if (std::find(std::begin(kKnown), std::end(kKnown), key) == std::end(kKnown))
      value.refuse("unknown key " + Value(key).json() + " in tokenizer.json");
  if (const Value* version = json.find("version"); version && version->string() != "1.0")
    version->refuse("tokenizer version " + version->json() + " is unknown; expected \"1.0\"");
  if (is_null(json.find("model"))) json.refuse("tokenizer.json has no model");
}

}  // namespace

std::int32_t read_token_id(const Value& value) {
  const std::int64_t id = value.integer();
  if (id < 0 || id > kLargestTokenId)
    value.refuse("the token id " + std::to_string(id) + " is out of range; expected 0 to " +
                 std::to_string(kLargestTokenId));
  return static_cast<std::int32_t>(id);
}

std::u32string characters_of(const Value& text) {
  std::u32string characters;
  for (const Symbol& symbol : decode_utf8(text.string())) characters += symbol.c;
  return characters;
}

Symbols decode_utf8(std::string_view utf8) {
  Symbols symbols;
  symbols.reserve(utf8.size());
  const char* const end = utf8.data() + utf8.size();
  std::int32_t i = 0;
  for (const char* p = utf8.data(); p != end; ++i) symbols.push_back({read_code_point(p), i, i + 1});
  return symbols;
}

TokenizerParts read_tokenizer_json(const Value& json, const TokenizerOptions& options) {
  check_top_level(json);
  TokenizerParts parts;
  std::vector<NormalizerStep> steps;
  if (const Value* normalizer = json.find("normalizer"); !is_null(normalizer)) {
    read_normalizer(*normalizer, steps);
    check_growth(*normalizer, steps);
  }
  parts.normalizer = Normalizer(std::move(steps));
  if (const Value* pre_tokenizer = json.find("pre_tokenizer"); !is_null(pre_tokenizer))
    read_pre_tokenizer(*pre_tokenizer, parts);
  read_model(json.at("model"), options.exact_scores, parts);
  if (const Value* added = json.find("added_tokens"); !is_null(added))
    read_added_tokens(*added, options.splits_special_tokens, parts);
  if (const Value* processor = json.find("post_processor"); !is_null(processor))
    read_post_processor(*processor, parts);
  parts.truncates_left = options.truncates_left;
  if (!options.type_ids)
    for (TokenTemplate* each : {&parts.single, &parts.pair})
      for (TemplateItem& item : *each) item.type_id = 0;
  return parts;
}

}  // namespace mtt
