// The components of a tokenizer.json, each read by a file of its own.
#pragma once

#include <memory>
#include <vector>

#include "text/tokenizer_parts.h"

namespace mtt {

constexpr std::int64_t kLargestTokenId = (1 << 22) - 1;

/// True for a key that is missing or null.
inline bool is_null(const Value* value) { return value == nullptr || value->is(Value::Kind::null); }

/// The flag under a key, or `otherwise` where it is missing or null.
inline bool flag_or(const Value& table, std::string_view key, bool otherwise) {
  const Value* value = table.find(key);
  return is_null(value) ? otherwise : value->boolean();
}

inline const std::string& type_of(const Value& component) { return component.at("type").string(); }

/// An id of 0 to kLargestTokenId.
std::int32_t read_token_id(const Value& value);

/// The code points of a string.
std::u32string characters_of(const Value& text);

// Each throws Error that names a component that is not reproduced exactly. They are read in this order; the
// later ones look at what the earlier ones left in `parts`.
void read_normalizer(const Value& normalizer, std::vector<NormalizerStep>& steps);
void check_growth(const Value& normalizer, const std::vector<NormalizerStep>& steps);
void read_pre_tokenizer(const Value& pre_tokenizer, TokenizerParts& parts);
void read_model(const Value& model, bool exact_scores, TokenizerParts& parts);
void read_added_tokens(const Value& list, bool splits_special_tokens, TokenizerParts& parts);
void read_post_processor(const Value& processor, TokenizerParts& parts);

}  // namespace mtt
