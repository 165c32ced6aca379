#include "model/class_tokenizer.h"

#include <algorithm>

#include "text/component_json.h"

namespace mtt {
namespace {

using Table = Value::Table;
using Array = Value::Array;

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

  static Value replace(const char* from, const char* to) {
    return Table{{"type", "Replace"}, {"pattern", Table{{"String", from}}}, {"content", to}};
  }

  Value albert_normalizer() const {
    Array steps = {replace("``", "\""), replace("''", "\"")};
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
      case TokenizerClass::gemma:
        return replace(" ", "\u2581");
      default:
        return {};
    }
  }

  Value llama_pre_tokenizer() const {
    const char* scheme = !flag_or(settings_.values, "add_prefix_space", true) ? "never"
                         : flag_or(settings_.values, "legacy", false)         ? "always"
                                                                              : "first";
    return Table{
        {"type", "Metaspace"}, {"replacement", "\u2581"}, {"prepend_scheme", scheme}, {"split", false}};
  }

  Value pre_tokenizer() const {
    if (is_word_piece(which_)) return Table{{"type", "BertPreTokenizer"}};
    if (which_ == TokenizerClass::roberta)
      return Table{{"type", "ByteLevel"},
                   {"add_prefix_space", setting(settings_, "add_prefix_space", false)},
                   {"use_regex", true}};
    if (which_ == TokenizerClass::llama) return llama_pre_tokenizer();
    if (which_ == TokenizerClass::gemma)
      return Table{{"type", "Split"},
                   {"pattern", Table{{"String", " "}}},
                   {"behavior", "MergedWithPrevious"},
                   {"invert", false}};
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
      case TokenizerClass::llama:
      case TokenizerClass::gemma:
        if (const Value* own = json_.find("post_processor")) return *own;
        return {};
      default:
        return around("bos_token", "eos_token", false);
    }
  }

  bool uses_merges() const { return which_ == TokenizerClass::roberta || is_character_pairs(which_); }

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
    check_model(model, is_word_piece(which_) ? "WordPiece" : uses_merges() ? "BPE" : "Unigram");
    vocabulary.value = std::move(*model.find("vocab"));
    Table result;
    if (is_word_piece(which_)) {
      result = {{"type", "WordPiece"},
                {"unk_token", named("unk_token")},
                {"continuing_subword_prefix", "##"},
                {"max_input_chars_per_word", 100}};
    } else if (uses_merges()) {
      model.at("merges");
      result = {{"type", "BPE"}, {"merges", std::move(*model.find("merges"))}};
      if (is_character_pairs(which_))
        result.insert(result.end(), {{"fuse_unk", true}, {"byte_fallback", true}});
      if (which_ == TokenizerClass::gemma) result.push_back({"unk_token", named("unk_token")});
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

Value built_tokenizer(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
                      const AddedVocabulary& added, Value tokenizer_json) {
  return Builder(which, settings, named, added, std::move(tokenizer_json)).build();
}

}  // namespace mtt
