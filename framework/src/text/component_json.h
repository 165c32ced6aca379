// The components of a tokenizer.json, each read by a file of its own.
#pragma once

#include <memory>
#include <vector>

#include "text/tokenizer_parts.h"

namespace mtt {

/// A larger id in a file is an error.
constexpr std::int64_t kLargestTokenId = (1 << 22) - 1;

/// True for a key that is missing or null.
inline bool is_null(const Value* value) { return value == nullptr || value->is(Value::Kind::null); }

/// The flag under a key, or `otherwise` where it is missing or null.
inline bool flag_or(const Value& table, std::string_view key, bool otherwise) {
  const Value* value = table.find(key);
  return is_null(value) ? otherwise : value->boolean();
}

/// The kind of a component: "BPE", "Lowercase".
inline const std::string& type_of(const Value& component) { return component.at("type").string(); }

/// An id of 0 to kLargestTokenId; anything else throws Error.
std::int32_t read_token_id(const Value& value);

/// The code points of a string.
std::u32string characters_of(const Value& text);

// Each throws Error that names a component that is not reproduced exactly. They are read in this order; the
// later ones look at what the earlier ones left in `parts`.

/// Appends the steps of "normalizer".
void read_normalizer(const Value& normalizer, std::vector<NormalizerStep>& steps);
/// Limits the number of steps, and how much longer they can make a text.
void check_growth(const Value& normalizer, const std::vector<NormalizerStep>& steps);
/// "pre_tokenizer": how a text is divided into words before the model divides the words.
void read_pre_tokenizer(const Value& pre_tokenizer, TokenizerParts& parts);
/// "model": WordPiece, BPE or Unigram. `exact_scores`: scores of a Unigram vocabulary are not rounded.
void read_model(const Value& model, bool exact_scores, TokenizerParts& parts);
/// "added_tokens". `splits_special_tokens`: special tokens in a text are ordinary text.
void read_added_tokens(const Value& list, bool splits_special_tokens, TokenizerParts& parts);
/// "post_processor": the special tokens around one text and around a pair, and their type ids.
void read_post_processor(const Value& processor, TokenizerParts& parts);

}  // namespace mtt
