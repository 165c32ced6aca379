#include <algorithm>
#include <unordered_map>

#include "mtt/error.h"
#include "text/byte_pairs.h"
#include "text/tokenizer_parts.h"
#include "text/utf8.h"
#include "text/word_piece.h"

namespace mtt {
namespace {

constexpr std::int64_t kLargestId = (1 << 22) - 1;
constexpr std::int64_t kMostAddedTokens = 10'000;

bool is_null(const Value* value) { return value == nullptr || value->is(Value::Kind::null); }

const std::string& type_of(const Value& component) { return component.at("type").string(); }

std::int32_t read_id(const Value& value) {
  const std::int64_t id = value.integer();
  if (id < 0 || id > kLargestId)
    value.refuse("the token id " + std::to_string(id) + " is out of range; expected 0 to " +
                 std::to_string(kLargestId));
  return static_cast<std::int32_t>(id);
}

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

void append_steps(const Value& normalizer, std::vector<NormalizerStep>& steps) {
  const std::string& type = type_of(normalizer);
  if (type == "BertNormalizer") {
    const bool lowercase = normalizer.at("lowercase").boolean();
    const Value* strip = normalizer.find("strip_accents");
    for (const NormalizerStep step : bert_normalizer(
             normalizer.at("clean_text").boolean(), normalizer.at("handle_chinese_chars").boolean(),
             is_null(strip) ? lowercase : strip->boolean(), lowercase))
      steps.push_back(step);
  } else if (type == "Sequence") {
    for (const Value& part : normalizer.at("normalizers").array()) append_steps(part, steps);
  } else if (type == "NFD") {
    steps.push_back(NormalizerStep::nfd);
  } else if (type == "NFC") {
    steps.push_back(NormalizerStep::nfc);
  } else if (type == "StripAccents") {
    steps.push_back(NormalizerStep::strip_marks);
  } else if (type == "Lowercase") {
    steps.push_back(NormalizerStep::lowercase);
  } else {
    normalizer.refuse(
        "the normalizer '" + type +
        "' is not reproduced here; known are BertNormalizer, NFC, NFD, StripAccents, Lowercase and Sequence");
  }
}

void read_pre_tokenizer(const Value* component, TokenizerParts& parts) {
  if (is_null(component)) return;
  const std::string& type = type_of(*component);
  if (type == "BertPreTokenizer") {
    parts.pre_tokenizer = PreTokenizer::bert;
  } else if (type == "Whitespace") {
    parts.pre_tokenizer = PreTokenizer::whitespace;
  } else if (type == "WhitespaceSplit") {
    parts.pre_tokenizer = PreTokenizer::whitespace_split;
  } else if (type == "ByteLevel") {
    const Value* pattern = component->find("use_regex");
    if (!is_null(pattern) && !pattern->boolean())
      pattern->refuse("a ByteLevel pre-tokenizer without its pattern is not reproduced here; expected true");
    parts.pre_tokenizer = PreTokenizer::byte_level;
    parts.space_before = component->at("add_prefix_space").boolean();
  } else {
    component->refuse("the pre-tokenizer '" + type +
                      "' is not reproduced here; known are BertPreTokenizer, ByteLevel, Whitespace and "
                      "WhitespaceSplit");
  }
}

std::vector<VocabularyEntry> read_entries(const Value& vocabulary) {
  std::vector<VocabularyEntry> entries;
  entries.reserve(vocabulary.table().size());
  std::vector<bool> seen;
  for (const auto& [token, value] : vocabulary.table()) {
    const std::int32_t id = read_id(value);
    if (static_cast<std::size_t>(id) >= seen.size())
      seen.resize(std::max<std::size_t>(id + 1, seen.size() * 2));
    if (seen[id]) value.refuse("the id " + std::to_string(id) + " is given to two tokens");
    seen[id] = true;
    entries.push_back({token, id});
  }
  return entries;
}

std::unique_ptr<const SubWordModel> read_word_piece(const Value& model) {
  const Value& unknown = model.at("unk_token");
  const Value& longest = model.at("max_input_chars_per_word");
  const std::string& prefix = model.at("continuing_subword_prefix").string();
  if (longest.integer() < 0) longest.refuse("max_input_chars_per_word is negative");
  std::vector<VocabularyEntry> entries = read_entries(model.at("vocab"));
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const VocabularyEntry& entry) {
    return entry.token == unknown.string();
  });
  if (found == entries.end())
    unknown.refuse("the unknown token " + unknown.json() + " is not in the vocabulary");
  const std::int32_t id = found->id;
  return std::make_unique<const WordPiece>(std::move(entries), id, prefix, longest.integer());
}

/// A merge as "left right" or as ["left", "right"].
std::pair<std::string, std::string> read_pair(const Value& merge) {
  if (merge.is(Value::Kind::array)) {
    if (merge.array().size() != 2)
      merge.refuse("a merge has " + std::to_string(merge.array().size()) + " parts; expected 2");
    return {merge.array()[0].string(), merge.array()[1].string()};
  }
  const std::string& text = merge.string();
  const std::size_t space = text.find(' ');
  if (space == std::string::npos || text.find(' ', space + 1) != std::string::npos)
    merge.refuse("the merge " + merge.json() + " has not two parts with a space between them");
  return {text.substr(0, space), text.substr(space + 1)};
}

std::unique_ptr<const SubWordModel> read_byte_pairs(const Value& model) {
  const auto refuse_set = [&](const char* key) {
    const Value* value = model.find(key);
    const bool unset = is_null(value) || (value->is(Value::Kind::string) && value->string().empty()) ||
                       (value->is(Value::Kind::boolean) && !value->boolean());
    if (!unset)
      value->refuse(std::string(key) + " " + value->json() + " of a BPE model is not reproduced here");
  };
  for (const char* key : {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"})
    refuse_set(key);
  std::vector<VocabularyEntry> entries = read_entries(model.at("vocab"));
  if (const int byte = BytePairs::missing_byte(entries); byte >= 0)
    model.at("vocab").refuse("the vocabulary has no token for the byte " + std::to_string(byte) +
                             "; of BPE models those on bytes are reproduced here, with all 256 of them");
  std::unordered_map<std::string_view, std::int32_t> ids;
  for (const VocabularyEntry& entry : entries) ids.emplace(entry.token, entry.id);
  std::vector<Merge> merges;
  for (const Value& merge : model.at("merges").array()) {
    const auto [left, right] = read_pair(merge);
    const auto id = [&](const std::string& token) {
      const auto found = ids.find(token);
      if (found == ids.end())
        merge.refuse("the token " + Value(token).json() + " of a merge is not in the vocabulary");
      return found->second;
    };
    merges.push_back({id(left), id(right), id(left + right)});
  }
  const Value* whole = model.find("ignore_merges");
  return std::make_unique<const BytePairs>(std::move(entries), merges, !is_null(whole) && whole->boolean());
}

std::unique_ptr<const SubWordModel> read_model(const Value& model, PreTokenizer pre_tokenizer) {
  const Value* type = model.find("type");
  if (is_null(type) || type->string() == "WordPiece") return read_word_piece(model);
  if (type->string() != "BPE")
    type->refuse("the tokenizer model '" + type->string() +
                 "' is not reproduced here; expected WordPiece or BPE");
  if (pre_tokenizer != PreTokenizer::byte_level)
    type->refuse("a BPE model is reproduced here behind a ByteLevel pre-tokenizer only");
  return read_byte_pairs(model);
}

class AddedReader {
 public:
  explicit AddedReader(TokenizerParts& parts) : parts_(parts) {
    for (const VocabularyEntry& entry : parts.model->vocabulary()) next_ = std::max(next_, entry.id + 1);
  }

  void read(const Value& list) {
    if (static_cast<std::int64_t>(list.array().size()) > kMostAddedTokens)
      list.refuse("there are more than " + std::to_string(kMostAddedTokens) + " added tokens");
    std::vector<AddedToken> raw, normalized;
    for (const Value& entry : list.array()) {
      const Value& content = entry.at("content");
      const std::int32_t listed = read_id(entry.at("id"));
      AddedToken token;
      token.single_word = entry.at("single_word").boolean();
      token.lstrip = entry.at("lstrip").boolean();
      token.rstrip = entry.at("rstrip").boolean();
      entry.at("special").boolean();
      const bool in_normalized_text = entry.at("normalized").boolean();
      if (content.string().empty()) continue;
      token.id = id_of(content.string(), listed, entry);
      Symbols symbols = decode_utf8(content.string());
      if (in_normalized_text) parts_.normalizer.apply(symbols, 0);
      for (const Symbol& symbol : symbols) token.content += symbol.c;
      (in_normalized_text ? normalized : raw).push_back(std::move(token));
    }
    parts_.raw_added = AddedTokens(std::move(raw));
    parts_.normalized_added = AddedTokens(std::move(normalized));
  }

 private:
  std::int32_t id_of(const std::string& content, std::int32_t listed, const Value& entry) {
    std::int32_t id = parts_.model->id(content);
    for (const VocabularyEntry& added : parts_.added_vocabulary)
      if (added.token == content) id = added.id;
    if (id < 0) {
      id = next_++;
      parts_.added_vocabulary.push_back({content, id});
    }
    if (id != listed) {
      entry.refuse("the added token " + Value(content).json() + " is listed with id " +
                   std::to_string(listed) + ", but its place in the vocabulary is " + std::to_string(id));
    }
    return id;
  }

  TokenizerParts& parts_;
  std::int32_t next_ = 0;
};

void check_special(const TokenizerParts& parts, const std::string& token, std::int32_t id,
                   const Value& where) {
  std::int32_t known = parts.model->id(token);
  for (const VocabularyEntry& added : parts.added_vocabulary)
    if (added.token == token) known = added.id;
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
    const std::int32_t type_id = read_id(body.at("type_id"));
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
        const std::int32_t id = read_id(ids[i]);
        check_special(parts, tokens[i].string(), id, ids[i]);
        (seen_text ? parts.after : parts.before).push_back({id, type_id});
      }
    } else {
      item.refuse("a template item has exactly one of SpecialToken and Sequence");
    }
  }
  if (!seen_text) processor.refuse("the template for one text lacks the sequence A");
}

void read_post_processor(const Value* processor, TokenizerParts& parts) {
  if (is_null(processor)) return;
  const std::string& type = type_of(*processor);
  if (type == "TemplateProcessing") return read_template(*processor, parts);
  if (type == "Sequence") {
    for (const Value& part : processor->at("processors").array()) read_post_processor(&part, parts);
    return;
  }
  if (type == "ByteLevel" || type == "RobertaProcessing") {
    parts.trims_spaces = processor->at("trim_offsets").boolean();
    parts.trims_all_spaces = !processor->at("add_prefix_space").boolean();
  }
  if (type == "ByteLevel") return;
  if (type != "BertProcessing" && type != "RobertaProcessing") {
    processor->refuse("the post-processor '" + type +
                      "' is not reproduced here; known are TemplateProcessing, BertProcessing, "
                      "RobertaProcessing, ByteLevel and Sequence");
  }
  const auto pair = [&](const char* key) {
    const auto& items = processor->at(key).array();
    if (items.size() != 2) processor->at(key).refuse("expected a token and its id");
    const std::int32_t id = read_id(items[1]);
    check_special(parts, items[0].string(), id, items[1]);
    return SpecialToken{id, 0};
  };
  parts.before.push_back(pair("cls"));
  parts.after.push_back(pair("sep"));
}

}  // namespace

std::vector<NormalizerStep> bert_normalizer(bool clean, bool cjk_spaces, bool strip_accents, bool lowercase) {
  std::vector<NormalizerStep> steps;
  if (clean) steps.push_back(NormalizerStep::clean);
  if (cjk_spaces) steps.push_back(NormalizerStep::cjk_spaces);
  if (strip_accents) steps.insert(steps.end(), {NormalizerStep::nfd, NormalizerStep::strip_nonspacing});
  if (lowercase) steps.push_back(NormalizerStep::lowercase);
  return steps;
}

Symbols decode_utf8(std::string_view utf8) {
  Symbols symbols;
  symbols.reserve(utf8.size());
  const char* const end = utf8.data() + utf8.size();
  std::int32_t i = 0;
  for (const char* p = utf8.data(); p != end; ++i) symbols.push_back({read_code_point(p), i, i + 1});
  return symbols;
}

TokenizerParts read_tokenizer_json(const Value& json) {
  check_top_level(json);
  std::vector<NormalizerStep> steps;
  if (const Value* normalizer = json.find("normalizer"); !is_null(normalizer))
    append_steps(*normalizer, steps);
  TokenizerParts parts{.raw_added = {},
                       .normalized_added = {},
                       .normalizer = Normalizer(std::move(steps)),
                       .model = nullptr,
                       .before = {},
                       .after = {},
                       .text_type_id = 0,
                       .added_vocabulary = {}};
  read_pre_tokenizer(json.find("pre_tokenizer"), parts);
  parts.model = read_model(json.at("model"), parts.pre_tokenizer);
  if (const Value* added = json.find("added_tokens"); !is_null(added)) AddedReader(parts).read(*added);
  read_post_processor(json.find("post_processor"), parts);
  return parts;
}

}  // namespace mtt
