// A BERT tokenizer of a few tokens.
#pragma once

#include <string>

#include "text/tokenizer.h"
#include "text/vocabulary_files.h"

/// The tokenizer of a vocab.txt with [CLS] and [SEP].
inline mtt::Tokenizer bert_tokenizer(const std::string& vocabulary, bool lowercase = true,
                                     const mtt::TokenizerOptions& options = {}) {
  mtt::Value model = mtt::word_piece_model(vocabulary, "vocab.txt");
  model.set("unk_token", "[UNK]");
  model.set("continuing_subword_prefix", "##");
  model.set("max_input_chars_per_word", 100);
  const auto pair = [&](const char* token) {
    return mtt::Value(mtt::Value::Array{token, model.at("vocab").at(token)});
  };
  mtt::Value::Array added;
  for (const char* token : {"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"})
    if (const mtt::Value* id = model.at("vocab").find(token))
      added.push_back(mtt::Value::Table{{"id", *id},
                                        {"content", token},
                                        {"single_word", false},
                                        {"lstrip", false},
                                        {"rstrip", false},
                                        {"normalized", false},
                                        {"special", true}});
  mtt::Value json = mtt::Value::Table{
      {"added_tokens", std::move(added)},
      {"normalizer", mtt::Value::Table{{"type", "BertNormalizer"},
                                       {"clean_text", true},
                                       {"handle_chinese_chars", true},
                                       {"lowercase", lowercase}}},
      {"pre_tokenizer", mtt::Value::Table{{"type", "BertPreTokenizer"}}},
      {"post_processor",
       mtt::Value::Table{{"type", "BertProcessing"}, {"cls", pair("[CLS]")}, {"sep", pair("[SEP]")}}},
      {"model", std::move(model)}};
  return mtt::Tokenizer::from_json(json, options);
}
