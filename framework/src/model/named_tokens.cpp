#include "model/named_tokens.h"

#include <algorithm>
#include <array>
#include <unordered_set>

#include "text/component_json.h"

namespace mtt {
namespace {

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
    case TokenizerClass::llama:
      return {.bos = "<s>", .eos = "</s>", .unk = "<unk>"};
    case TokenizerClass::gemma:
      return {.bos = "<bos>", .eos = "<eos>", .unk = "<unk>", .pad = "<pad>", .mask = "<mask>"};
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

}  // namespace mtt
