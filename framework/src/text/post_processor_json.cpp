#include "text/component_json.h"
#include "text/unicode.h"

namespace mtt {
namespace {

void check_special(const TokenizerParts& parts, const std::string& token, std::int32_t id,
                   const Value& where) {
  const std::int32_t known = parts.id_of(token);
  if (known == id) return;
  where.refuse("the post-processor gives " + Value(token).json() + " the id " + std::to_string(id) +
               (known < 0 ? ", but that token is not in the vocabulary"
                          : ", but in the vocabulary it has the id " + std::to_string(known)));
}

void read_template(const Value& processor, TokenizerParts& parts) {
  bool seen_text = false;
  const Value& specials = processor.at("special_tokens");
  for (const Value& item : processor.at("single").array()) {
    if (item.table().size() != 1) item.refuse("a template item has exactly one of SpecialToken and Sequence");
    const auto& [kind, body] = item.table().front();
    const std::int32_t type_id = read_token_id(body.at("type_id"));
    const Value& name = body.at("id");
    if (kind == "Sequence") {
      if (name.string() != "A" || seen_text)
        name.refuse("the template for one text needs the sequence A exactly once");
      seen_text = true;
      parts.text_type_id = type_id;
    } else if (kind == "SpecialToken") {
      const Value* special = specials.find(name.string());
      if (!special)
        name.refuse("the template uses " + name.json() + ", which special_tokens does not define");
      const auto& ids = special->at("ids").array();
      const auto& tokens = special->at("tokens").array();
      if (ids.size() != tokens.size())
        special->refuse("ids and tokens of " + name.json() + " differ in number");
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const std::int32_t id = read_token_id(ids[i]);
        check_special(parts, tokens[i].string(), id, ids[i]);
        (seen_text ? parts.after : parts.before).push_back({id, type_id});
      }
    } else {
      item.refuse("a template item has exactly one of SpecialToken and Sequence");
    }
  }
  if (!seen_text) processor.refuse("the template for one text lacks the sequence A");
}

/// Whether trim_offsets would cut something off a token; Ġ is a space to it in every vocabulary.
bool has_space_at_an_end(std::string_view token) {
  const Symbols symbols = decode_utf8(token);
  const auto is_space = [](const Symbol& s) {
    return s.c == U'\u0120' || (unicode::properties(s.c).flags & unicode::kSpace) != 0;
  };
  return !symbols.empty() && (is_space(symbols.front()) || is_space(symbols.back()));
}

void read_trimming(const Value& processor, TokenizerParts& parts) {
  const Value& trims = processor.at("trim_offsets");
  parts.trims_spaces = trims.boolean();
  parts.trims_all_spaces = !processor.at("add_prefix_space").boolean();
  if (!parts.trims_spaces || parts.words_are_bytes) return;
  if (parts.unknown_shows_text)
    trims.refuse("trim_offsets behind a Unigram model is not reproduced here; expected false");
  for (const VocabularyEntry& entry : parts.model->vocabulary())
    if (has_space_at_an_end(entry.token))
      trims.refuse("trim_offsets is not reproduced here for the token " + Value(entry.token).json() +
                   ", which has a space at an end; expected false");
}

void read_ends(const Value& processor, TokenizerParts& parts) {
  const auto pair = [&](const char* key) {
    const auto& items = processor.at(key).array();
    if (items.size() != 2) processor.at(key).refuse("expected a token and its id");
    const std::int32_t id = read_token_id(items[1]);
    check_special(parts, items[0].string(), id, items[1]);
    return SpecialToken{id, 0};
  };
  parts.before.push_back(pair("cls"));
  parts.after.push_back(pair("sep"));
}

}  // namespace

void read_post_processor(const Value& processor, TokenizerParts& parts) {
  const std::string& type = type_of(processor);
  if (type == "TemplateProcessing") {
    read_template(processor, parts);
  } else if (type == "Sequence") {
    for (const Value& part : processor.at("processors").array()) read_post_processor(part, parts);
  } else if (type == "ByteLevel") {
    read_trimming(processor, parts);
  } else if (type == "RobertaProcessing") {
    read_trimming(processor, parts);
    read_ends(processor, parts);
  } else if (type == "BertProcessing") {
    read_ends(processor, parts);
  } else {
    processor.refuse("the post-processor '" + type +
                     "' is not reproduced here; known are BertProcessing, ByteLevel, RobertaProcessing, "
                     "Sequence and TemplateProcessing");
  }
}

}  // namespace mtt
