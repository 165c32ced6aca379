#include <utility>

#include "mtt/error.h"
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

/// Appends the tokens of a special token of a template.
void add_special(const Value& processor, const Value& body, std::int32_t type_id, const TokenizerParts& parts,
                 TokenTemplate& items) {
  const Value& name = body.at("id");
  const Value* special = processor.at("special_tokens").find(name.string());
  if (!special) name.refuse("the template uses " + name.json() + ", which special_tokens does not define");
  const auto& ids = special->at("ids").array();
  const auto& tokens = special->at("tokens").array();
  if (ids.size() != tokens.size()) special->refuse("ids and tokens of " + name.json() + " differ in number");
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::int32_t id = read_token_id(ids[i]);
    check_special(parts, tokens[i].string(), id, ids[i]);
    items.push_back({.id = id, .type_id = type_id});
  }
}

/// The template under `key`, in which each of `texts` sequences (A, B) occurs once.
TokenTemplate read_template(const Value& processor, const char* key, std::int32_t texts,
                            const TokenizerParts& parts) {
  const std::string expected = texts == 1
                                   ? "the template for one text needs the sequence A exactly once"
                                   : "the template for pairs needs the sequences A and B, each exactly once";
  TokenTemplate items;
  std::int32_t seen[2] = {};
  for (const Value& item : processor.at(key).array()) {
    if (item.table().size() != 1) item.refuse("a template item has exactly one of SpecialToken and Sequence");
    const auto& [kind, body] = item.table().front();
    const std::int32_t type_id = read_token_id(body.at("type_id"));
    if (kind == "Sequence") {
      const Value& name = body.at("id");
      const std::int32_t text = name.string() == "A" ? 0 : name.string() == "B" ? 1 : texts;
      if (text >= texts || seen[text]++ > 0) name.refuse(expected);
      items.push_back({.text = text, .type_id = type_id});
    } else if (kind == "SpecialToken") {
      add_special(processor, body, type_id, parts, items);
    } else {
      item.refuse("a template item has exactly one of SpecialToken and Sequence");
    }
  }
  if (seen[0] + seen[1] < texts) processor.refuse(expected);
  return items;
}

void read_templates(const Value& processor, TokenizerParts& parts) {
  parts.single = read_template(processor, "single", 1, parts);
  try {
    parts.pair = read_template(processor, "pair", 2, parts);
  } catch (const Error& error) {
    parts.why_no_pairs = error.what();
  }
}

/// Whether trim_offsets would cut something off a token; Ġ is a space to it in every vocabulary.
bool has_space_at_an_end(std::string_view token) {
  const Symbols symbols = decode_utf8(token);
  const auto is_space = [](const Symbol& s) {
    return s.c == U'\u0120' || (unicode::properties(s.c).flags & unicode::kSpace) != 0;
  };
  return !symbols.empty() && (is_space(symbols.front()) || is_space(symbols.back()));
}

void check_trimming(const Value& trims, const TokenizerParts& parts) {
  if (parts.words_are_bytes) return;
  if (parts.unknown_shows_text)
    trims.refuse("trim_offsets with a Unigram model is not supported; expected false");
  for (const VocabularyEntry& entry : parts.model->vocabulary())
    if (has_space_at_an_end(entry.token))
      trims.refuse("trim_offsets is not supported for the token " + Value(entry.token).json() +
                   ", which has a space at an end; expected false");
}

TemplateItem read_end(const Value& processor, const char* key, const TokenizerParts& parts) {
  const auto& items = processor.at(key).array();
  if (items.size() != 2) processor.at(key).refuse("expected a token and its id");
  const std::int32_t id = read_token_id(items[1]);
  check_special(parts, items[0].string(), id, items[1]);
  return {.id = id};
}

void read_bert(const Value& processor, TokenizerParts& parts) {
  const TemplateItem cls = read_end(processor, "cls", parts), sep = read_end(processor, "sep", parts);
  parts.single = {cls, {.text = 0}, sep};
  parts.pair = {cls, {.text = 0}, sep, {.text = 1, .type_id = 1}, {.id = sep.id, .type_id = 1}};
}

void read_roberta(const Value& processor, TokenizerParts& parts) {
  const TemplateItem cls = read_end(processor, "cls", parts), sep = read_end(processor, "sep", parts);
  parts.single = {cls, {.text = 0}, sep};
  parts.pair = {cls, {.text = 0}, sep, sep, {.text = 1}, sep};
}

/// Reads post-processors in their order. What they do is independent of each other as long as only one adds
/// tokens and only one looks at the ends of tokens, before any special token is beside them.
class PostProcessorReader {
 public:
  explicit PostProcessorReader(TokenizerParts& parts) : parts_(parts) {}

  void read(const Value& processor) {
    const std::string& type = type_of(processor);
    if (type == "Sequence") {
      for (const Value& part : processor.at("processors").array()) read(part);
    } else if (type == "ByteLevel") {
      trim(processor);
    } else if (type == "TemplateProcessing") {
      adds_tokens(processor);
      read_templates(processor, parts_);
    } else if (type == "BertProcessing") {
      adds_tokens(processor);
      read_bert(processor, parts_);
      ends_are_special_ = true;
    } else if (type == "RobertaProcessing") {
      trim(processor);
      adds_tokens(processor);
      read_roberta(processor, parts_);
      ends_are_special_ = true;
    } else {
      processor.refuse("the post-processor '" + type +
                       "' is not supported; expected BertProcessing, ByteLevel, RobertaProcessing, "
                       "Sequence or TemplateProcessing");
    }
  }

 private:
  void adds_tokens(const Value& processor) {
    if (std::exchange(adds_tokens_, true))
      processor.refuse("a second post-processor that adds tokens is not supported; expected one");
  }

  void trim(const Value& processor) {
    const Value& trims = processor.at("trim_offsets");
    const bool adds_space = processor.at("add_prefix_space").boolean();
    if (!trims.boolean()) return;
    if (parts_.trims_spaces)
      trims.refuse("a second post-processor with trim_offsets is not supported; expected false");
    if (ends_are_special_) trims.refuse("trim_offsets after special tokens is not supported; expected false");
    check_trimming(trims, parts_);
    parts_.trims_spaces = true;
    parts_.trims_all_spaces = !adds_space;
  }

  TokenizerParts& parts_;
  bool adds_tokens_ = false, ends_are_special_ = false;
};

}  // namespace

void read_post_processor(const Value& processor, TokenizerParts& parts) {
  PostProcessorReader(parts).read(processor);
}

}  // namespace mtt
