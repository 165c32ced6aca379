// What the small files beside tokenizer.json say.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "model/file_token.h"
#include "mtt/value.h"

namespace mtt {

/// The seven special tokens that have a name, in transformers' order.
constexpr const char* kNamedTokens[] = {"bos_token", "eos_token", "unk_token", "sep_token",
                                        "pad_token", "cls_token", "mask_token"};

/// tokenizer_config.json, special_tokens_map.json and added_tokens.json, put together as from_pretrained of
/// transformers 5.24 does.
struct TokenizerSettings {
  Value values = Value::Table{};  ///< tokenizer_config.json, with special_tokens_map.json where that is read
  std::map<std::string, std::optional<FileToken>> named;    ///< those that are given; none: null
  std::vector<std::pair<std::string, FileToken>> specific;  ///< special tokens under other names
  std::vector<FileToken> extra;                             ///< special tokens without a name
  bool lists_extra = false;                                 ///< false: no key speaks of such tokens
  std::map<std::int64_t, FileToken> added;                  ///< by the id that is written beside them
  std::unordered_set<std::string> listed;                   ///< contents of all tokens above

  /// `tokenizer_json`: tokenizer.json, or nullptr. A value of another kind than expected throws Error.
  static TokenizerSettings read(const std::filesystem::path& dir, const Value* tokenizer_json);
};

}  // namespace mtt
