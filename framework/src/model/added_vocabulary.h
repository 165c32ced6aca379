// Which added tokens a tokenizer has in the end, and their ids.
#pragma once

#include <cstdint>
#include <map>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "model/file_token.h"
#include "mtt/value.h"

namespace mtt {

/// Follows add_tokens of tokenizers 0.23: a token of the vocabulary keeps its id, another one takes the next
/// that is free, and one that comes again takes the place of the earlier one.
class AddedVocabulary {
 public:
  /// `vocabulary`: that of the model in tokenizer.json, which must outlive this and stay as it is.
  explicit AddedVocabulary(const Value& vocabulary);

  void add(FileToken token);

  bool has(std::string_view content) const;         ///< whether it was added
  std::int64_t id(std::string_view content) const;  ///< of an added token or one of the vocabulary; -1: none
  std::int64_t vocabulary_size() const { return largest_ + 1; }  ///< largest id of the vocabulary + 1
  const std::map<std::int64_t, FileToken>& tokens() const { return by_id_; }
  Value json() const;  ///< the `added_tokens` of a tokenizer.json

 private:
  std::int64_t next_id() const;

  std::unordered_map<std::string_view, std::int64_t> vocabulary_;
  std::int64_t largest_ = -1;  ///< id of the vocabulary
  std::map<std::string, std::int64_t, std::less<>> ids_;
  std::map<std::int64_t, FileToken> by_id_;
  std::unordered_set<std::string> special_;
};

}  // namespace mtt
