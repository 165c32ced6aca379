#include "model/tokenizer_rules.h"

#include <algorithm>
#include <array>

#include "text/component_json.h"

namespace mtt {
namespace {

using Table = Value::Table;
using Array = Value::Array;

/// The class's own names, in the order of kNamedTokens; nullptr: none.
struct Defaults {
  const char *bos = nullptr, *eos = nullptr, *unk = nullptr, *sep = nullptr, *pad = nullptr, *cls = nullptr,
             *mask = nullptr;
  const char* at(std::size_t i) const { return std::array{bos, eos, unk, sep, pad, cls, mask}[i]; }
};

Defaults defaults_of(TokenizerClass which) {
  switch (which) {
    case TokenizerClass::backend:
      return {};
    case TokenizerClass::bert:
    case TokenizerClass::distil_bert:
      return {.unk = "[UNK]", .sep = "[SEP]", .pad = "[PAD]", .cls = "[CLS]", .mask = "[MASK]"};
    case TokenizerClass::albert:
      return {"[CLS]", "[SEP]", "<unk>", "[SEP]", "<pad>", "[CLS]", "[MASK]"};
    case TokenizerClass::mpnet:
      return {"<s>", "</s>", "[UNK]", "</s>", "<pad>", "<s>", "<mask>"};
    default:
      return {"<s>", "</s>", "<unk>", "</s>", "<pad>", "<s>", "<mask>"};
  }
}

/// Some classes give properties to tokens that the files name by a text alone.
void give_properties(TokenizerClass which, const std::string& name, FileToken& token) {
  if (!token.bare) return;
  const bool is_mask = name == "mask_token";
  if (which == TokenizerClass::mpnet || (which == TokenizerClass::camembert && is_mask)) {
    token.bare = false;
    token.lstrip = is_mask;
    token.special = which == TokenizerClass::camembert;
  }
}

/// A required boolean of the settings.
bool setting(const TokenizerSettings& settings, const char* key, bool otherwise) {
  const Value* value = settings.values.find(key);
  return value ? value->boolean() : otherwise;
}

class Builder {
 public:
  Builder(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
          const AddedVocabulary& added, Value json)
      : which_(which), settings_(settings), named_(named), added_(added), json_(std::move(json)) {}

  Value build() {
    if (which_ == TokenizerClass::backend) return std::move(json_);
    Table result = {{"normalizer", normalizer()},
                    {"pre_tokenizer", pre_tokenizer()},
                    {"post_processor", post_processor()}};
    result.push_back({"model", model()});
    return result;
  }

 private:
  const std::string& named(const char* name) const {
    for (const auto& [key, token] : named_)
      if (key == name) return token.content;
    settings_.values.refuse(std::string(name) + " of " + class_name(which_) + " is null; expected a token");
  }

  Value pair(const char* name) const {
    const std::string& content = named(name);
    return Array{content, added_.id(content)};
  }

  Value bert_normalizer() const {
    const Value* strip = settings_.values.find("strip_accents");
    return Table{{"type", "BertNormalizer"},
                 {"clean_text", true},
                 {"handle_chinese_chars", setting(settings_, "tokenize_chinese_chars", true)},
                 {"strip_accents", is_null(strip) ? Value() : Value(strip->boolean())},
                 {"lowercase", setting(settings_, "do_lower_case", true)}};
  }

  /// The first Precompiled of the file's normalizer.
  Value charsmap() const {
    const Value* normalizer = json_.find("normalizer");
    if (is_null(normalizer)) return {};
    const auto is_charsmap = [](const Value& part) { return type_of(part) == "Precompiled"; };
    if (is_charsmap(*normalizer)) return *normalizer;
    if (type_of(*normalizer) != "Sequence") return {};
    const Array& parts = normalizer->at("normalizers").array();
    const auto found = std::find_if(parts.begin(), parts.end(), is_charsmap);
    return found == parts.end() ? Value() : *found;
  }

  Value albert_normalizer() const {
    const auto replace = [](const char* from) {
      return Table{{"type", "Replace"}, {"pattern", Table{{"String", from}}}, {"content", "\""}};
    };
    Array steps = {replace("``"), replace("''")};
    const auto add = [&](const char* type) { steps.push_back(Table{{"type", type}}); };
    if (!setting(settings_, "keep_accents", false)) {
      add("NFKD");
      add("StripAccents");
    }
    if (setting(settings_, "do_lower_case", true)) add("Lowercase");
    if (Value map = charsmap(); !map.is(Value::Kind::null)) steps.push_back(std::move(map));
    return Table{{"type", "Sequence"}, {"normalizers", std::move(steps)}};
  }

  Value normalizer() const {
    switch (which_) {
      case TokenizerClass::bert:
      case TokenizerClass::distil_bert:
      case TokenizerClass::mpnet:
        return bert_normalizer();
      case TokenizerClass::albert:
        return albert_normalizer();
      case TokenizerClass::xlm_roberta:
      case TokenizerClass::camembert:
        return charsmap();
      default:
        return {};
    }
  }

  Value pre_tokenizer() const {
    if (is_word_piece(which_)) return Table{{"type", "BertPreTokenizer"}};
    if (which_ == TokenizerClass::roberta)
      return Table{{"type", "ByteLevel"},
                   {"add_prefix_space", setting(settings_, "add_prefix_space", false)},
                   {"use_regex", true}};
    const char* prepend = setting(settings_, "add_prefix_space", true) ? "always" : "never";
    return Table{
        {"type", "Sequence"},
        {"pretokenizers", Array{Table{{"type", "WhitespaceSplit"}}, Table{{"type", "Metaspace"},
                                                                          {"replacement", "\u2581"},
                                                                          {"prepend_scheme", prepend},
                                                                          {"split", true}}}}};
  }

  /// A token's content that a template can name.
  const std::string& template_token(const char* name) const {
    const std::string& content = named(name);
    const bool fits =
        !content.empty() && content[0] != '$' && content.find_first_of(": \t\n\r") == std::string::npos;
    if (!fits)
      settings_.values.refuse(std::string(name) + " " + Value(content).json() +
                              " cannot be used in a template; expected a token without spaces and ':'");
    return content;
  }

  /// FIRST A LAST and, for pairs, FIRST A LAST B LAST where the second text has type 1, or else
  /// FIRST A LAST LAST B LAST.
  Value around(const char* first, const char* last, bool second_type) const {
    const std::string &begin = template_token(first), &end = template_token(last);
    const auto item = [](const char* kind, const std::string& id, std::int64_t type_id) -> Value {
      return Table{{kind, Table{{"id", id}, {"type_id", type_id}}}};
    };
    const auto special = [&](const std::string& content, std::int64_t type_id = 0) {
      return item("SpecialToken", content, type_id);
    };
    const Array single = {special(begin), item("Sequence", "A", 0), special(end)};
    Array pair = single;
    if (!second_type) pair.push_back(special(end));
    pair.push_back(item("Sequence", "B", second_type));
    pair.push_back(special(end, second_type));
    Table specials;
    for (const std::string& content : {begin, end})
      specials.push_back(
          {content, Table{{"id", content}, {"ids", Array{added_.id(content)}}, {"tokens", Array{content}}}});
    return Table{{"type", "TemplateProcessing"},
                 {"single", single},
                 {"pair", std::move(pair)},
                 {"special_tokens", std::move(specials)}};
  }

  Value ends(bool trim_offsets, bool add_prefix_space) const {
    return Table{{"type", "RobertaProcessing"},
                 {"sep", pair("sep_token")},
                 {"cls", pair("cls_token")},
                 {"trim_offsets", trim_offsets},
                 {"add_prefix_space", add_prefix_space}};
  }

  Value post_processor() const {
    switch (which_) {
      case TokenizerClass::bert:
      case TokenizerClass::distil_bert:
        return around("cls_token", "sep_token", true);
      case TokenizerClass::mpnet:
        return ends(true, false);
      case TokenizerClass::roberta:
        return ends(setting(settings_, "trim_offsets", true), setting(settings_, "add_prefix_space", false));
      case TokenizerClass::albert:
        if (const Value* own = json_.find("post_processor"); !is_null(own)) return *own;
        return around("cls_token", "sep_token", true);
      default:
        return around("bos_token", "eos_token", false);
    }
  }

  void check_model(const Value& model, const char* expected) const {
    const Value* type = model.find("type");
    const Value& vocabulary = model.at("vocab");
    const std::string found = !is_null(type)                      ? type->string()
                              : vocabulary.is(Value::Kind::array) ? "Unigram"
                              : model.find("merges") != nullptr   ? "BPE"
                                                                  : "WordPiece";
    if (found != expected)
      model.refuse("the tokenizer model is " + found + ", but " + class_name(which_) + " needs " + expected +
                   "; correct tokenizer_class in tokenizer_config.json");
  }

  Value model() {
    Value model = std::move(*json_.find("model"));
    Value::Entry vocabulary{"vocab", {}};
    check_model(model, is_word_piece(which_)               ? "WordPiece"
                       : which_ == TokenizerClass::roberta ? "BPE"
                                                           : "Unigram");
    vocabulary.value = std::move(*model.find("vocab"));
    Table result;
    if (is_word_piece(which_)) {
      result = {{"type", "WordPiece"},
                {"unk_token", named("unk_token")},
                {"continuing_subword_prefix", "##"},
                {"max_input_chars_per_word", 100}};
    } else if (which_ == TokenizerClass::roberta) {
      model.at("merges");
      result = {{"type", "BPE"}, {"merges", std::move(*model.find("merges"))}};
    } else {
      result = {{"type", "Unigram"}, {"unk_id", unknown_id(vocabulary.value)}, {"byte_fallback", false}};
    }
    result.push_back(std::move(vocabulary));
    return Value(std::move(result)).placed(model.place());
  }

  std::int64_t unknown_id(const Value& vocabulary) const {
    if (which_ == TokenizerClass::xlm_roberta) return 3;
    if (which_ == TokenizerClass::albert) return 1;
    const std::string& unknown = named("unk_token");
    const Array& entries = vocabulary.array();
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (!entries[i].array().empty() && entries[i].array()[0].string() == unknown)
        return static_cast<std::int64_t>(i);
    return 0;
  }

  TokenizerClass which_;
  const TokenizerSettings& settings_;
  const NamedTokens& named_;
  const AddedVocabulary& added_;
  Value json_;
};

}  // namespace

NamedTokens named_tokens(TokenizerClass which, const TokenizerSettings& settings,
                         const Value* tokenizer_json) {
  Defaults defaults = defaults_of(which);
  const Value* padding = tokenizer_json ? tokenizer_json->find("padding") : nullptr;
  if (which == TokenizerClass::backend && !is_null(padding))
    if (const Value* pad = padding->find("pad_token"); !is_null(pad)) defaults.pad = pad->string().c_str();
  NamedTokens tokens;
  for (std::size_t i = 0; i < std::size(kNamedTokens); ++i) {
    const std::string name = kNamedTokens[i];
    std::optional<FileToken> token;
    if (const auto given = settings.named.find(name); given != settings.named.end())
      token = given->second;
    else if (const char* content = defaults.at(i))
      token = FileToken{.content = content};
    if (!token) continue;
    give_properties(which, name, *token);
    tokens.emplace_back(name, std::move(*token));
  }
  return tokens;
}

void add_tokens(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
                AddedVocabulary& added) {
  std::vector<FileToken> tokens;
  std::unordered_set<std::string> known;
  for (const auto& [id, token] : settings.added) {
    tokens.push_back(token);
    known.insert(token.content);
  }
  const auto consider = [&](const FileToken& token) {
    if (known.contains(token.content) || added.has(token.content)) return;
    if (std::find(tokens.begin(), tokens.end(), token) == tokens.end()) tokens.push_back(token);
  };
  std::unordered_set<std::string> names;
  for (const NamedTokens* list : {&named, &settings.specific})
    for (const auto& [name, token] : *list) {
      consider(token);
      names.insert(token.content);
    }
  for (const FileToken& token : settings.extra) consider(token);
  if (which == TokenizerClass::camembert && !settings.lists_extra)
    for (const char* content : {"<s>NOTUSED", "</s>NOTUSED", "<unk>NOTUSED"}) consider({.content = content});
  for (FileToken& token : tokens) {
    if (token.bare || names.contains(token.content)) token.special = true;
    added.add(std::move(token));
  }
}

Value built_tokenizer(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
                      const AddedVocabulary& added, Value tokenizer_json) {
  return Builder(which, settings, named, added, std::move(tokenizer_json)).build();
}

}  // namespace mtt
