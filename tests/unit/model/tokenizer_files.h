// Files of a tokenizer, written to a folder and read.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "catch.h"
#include "model/tokenizer_directory.h"
#include "temporary_folder.h"
#include "text/byte_level.h"
#include "unit/text/shown.h"
#include "value/json.h"
#include "value/utf8.h"

using mtt::Value;
using Files = std::map<std::string, std::string>;

inline const char kWords[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nlow\nLow\ncafe\ncafé\nnew\n##er\n中\n";
inline const char kText[] = "Low café 中low";
inline const char kAdded[] = "a[NEW]Lower new [MASK]";

struct Read {
  mtt::DirectoryTokenizer directory;
  std::vector<std::string> warnings;
};

inline Read read(const Files& files, const std::string& type = "bert", bool lower_case = false,
                 const std::string& more = "") {
  const TemporaryFolder folder;
  for (const auto& [name, text] : files) folder.write(name, text);
  std::vector<std::string> warnings;
  const Value config = mtt::parse_json(R"({"model_type":")" + type + "\"" + more + "}", "config.json");
  auto directory = mtt::read_tokenizer(folder.path(), config, lower_case, warnings);
  return {std::move(directory), warnings};
}

inline std::string tokens(const Files& files, const std::string& text, const std::string& type = "bert",
                          bool lower_case = false) {
  return shown(read(files, type, lower_case).directory.tokenizer, text);
}

inline std::vector<std::int32_t> ids(const Files& files, const std::string& text, std::int64_t most,
                                     const std::string& type = "bert") {
  mtt::Tokens tokens;
  read(files, type).directory.tokenizer.encode(text, most, tokens);
  return tokens.ids;
}

inline void refused(const Files& files, const std::string& part, const std::string& type = "bert") {
  CHECK_THROWS_WITH(read(files, type), Contains(part));
}

inline Value tokenizer(Value normalizer, Value pre_tokenizer, Value model) {
  return Value::Table{{"version", "1.0"},
                      {"added_tokens", Value::Array{}},
                      {"normalizer", std::move(normalizer)},
                      {"pre_tokenizer", std::move(pre_tokenizer)},
                      {"post_processor", Value()},
                      {"model", std::move(model)}};
}

inline Value type(const char* name) { return Value::Table{{"type", name}}; }

/// kWords in lower case, with a null post-processor.
inline Value bert() {
  Value::Table vocabulary;
  std::string words = kWords;
  for (std::size_t end; (end = words.find('\n')) != std::string::npos; words.erase(0, end + 1))
    vocabulary.push_back({words.substr(0, end), static_cast<std::int64_t>(vocabulary.size())});
  return tokenizer(Value::Table{{"type", "BertNormalizer"},
                                {"clean_text", true},
                                {"handle_chinese_chars", true},
                                {"strip_accents", Value()},
                                {"lowercase", true}},
                   type("BertPreTokenizer"),
                   Value::Table{{"type", "WordPiece"},
                                {"unk_token", "[UNK]"},
                                {"continuing_subword_prefix", "##"},
                                {"max_input_chars_per_word", 100},
                                {"vocab", std::move(vocabulary)}});
}

inline Value byte_vocabulary() {
  Value::Table tokens;
  const auto add = [&](const std::string& token) {
    tokens.push_back({token, static_cast<std::int64_t>(tokens.size())});
  };
  for (const char* token : {"<s>", "<pad>", "</s>", "<unk>", "<mask>"}) add(token);
  for (char32_t c = 33; c < 512; ++c) {
    char bytes[4];
    const std::string token(bytes, static_cast<std::size_t>(mtt::write_code_point(c, bytes)));
    if (mtt::bytes_of_token(token)) add(token);
  }
  for (const char* token : {"lo", "low", "Ġlow"}) add(token);
  return tokens;
}

inline Value byte_pairs() {
  return tokenizer(
      type("Lowercase"),
      Value::Table{{"type", "ByteLevel"}, {"add_prefix_space", false}, {"use_regex", true}},
      Value::Table{
          {"type", "BPE"}, {"vocab", byte_vocabulary()}, {"merges", Value::Array{"l o", "lo w", "Ġ low"}}});
}

inline Value unigram() {
  Value::Array vocabulary;
  const auto add = [&](const char* token, double score) {
    vocabulary.push_back(Value(Value::Array{token, score}));
  };
  for (const char* token : {"<s>", "<pad>", "</s>", "<unk>"}) add(token, 0.0);
  add("▁low", -1.0);
  add("low", -2.0);
  add("▁", -3.0);
  add("é", -4.0);
  add("e", -4.5);
  for (const char* token : {"[CLS]", "[SEP]"}) add(token, 0.0);
  return tokenizer(type("Lowercase"), type("WhitespaceSplit"),
                   Value::Table{{"type", "Unigram"}, {"unk_id", 0}, {"vocab", Value(std::move(vocabulary))}});
}

/// Two of the bytes have a token; neither normalizer nor pre-tokenizer are those of a class.
inline Value character_pairs() {
  Value::Table vocabulary;
  for (const char* token : {"<unk>", "<s>", "</s>", "<bos>", "<eos>", "<pad>", "<mask>", "<0xC3>", "<0xA9>",
                            "▁", "l", "o", "w", "lo", "low", "▁low"})
    vocabulary.push_back({token, static_cast<std::int64_t>(vocabulary.size())});
  return tokenizer(type("Lowercase"), type("WhitespaceSplit"),
                   Value::Table{{"type", "BPE"},
                                {"vocab", Value(std::move(vocabulary))},
                                {"merges", Value::Array{"l o", "lo w", "▁ low"}}});
}

inline Files with_config(const Value& json, const std::string& config) {
  return {{"tokenizer.json", json.json()}, {"tokenizer_config.json", config}};
}

inline Files words_with(const std::string& file, const std::string& content) {
  return {{"vocab.txt", kWords}, {file, content}};
}
