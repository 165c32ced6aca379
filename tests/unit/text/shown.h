// What tests of tokenizers have in common.
#pragma once

#include <string>

#include "catch.h"
#include "mtt/error.h"
#include "text/tokenizer.h"

/// "token(begin,end) " for every token of a text.
inline std::string shown(const mtt::Tokenizer& tokenizer, const std::string& text) {
  mtt::Tokens tokens;
  tokenizer.encode(text, 0, tokens);
  std::string result;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i)
    result += std::string(tokenizer.token(tokens.ids[i])) + "(" + std::to_string(tokens.chars[i].begin) +
              "," + std::to_string(tokens.chars[i].end) + ") ";
  return result;
}

/// "token(begin,end)type/text " for every token of a pair, "-" for the text of a special token.
inline std::string shown_pair(const mtt::Tokenizer& tokenizer, const std::string& first,
                              const std::string& second, std::int64_t max_tokens = 0) {
  mtt::Tokens tokens;
  tokenizer.encode_pair(first, second, max_tokens, tokens);
  std::string result;
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    const int text = tokens.text_of(i);
    result += std::string(tokenizer.token(tokens.ids[i])) + "(" + std::to_string(tokens.chars[i].begin) +
              "," + std::to_string(tokens.chars[i].end) + ")" + std::to_string(tokens.type_ids[i]) + "/" +
              (text < 0 ? "-" : std::to_string(text)) + " ";
  }
  return result;
}

/// Checks that tokenizer.json is refused once the value at a path like "model.merges" is another.
inline void refused(mtt::Value json, const std::string& path, const mtt::Value& value,
                    const std::string& part) {
  INFO(path);
  mtt::Value* at = &json;
  std::size_t begin = 0;
  for (std::size_t dot; (dot = path.find('.', begin)) != std::string::npos; begin = dot + 1)
    at = at->find(path.substr(begin, dot - begin));
  at->set(path.substr(begin), value);
  CHECK_THROWS_WITH(mtt::Tokenizer::from_json(json), Contains(part));
}
