// From texts to ragged batches.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/backbone.h"
#include "mtt/packed_batch.h"
#include "text/tokenizer.h"

namespace mtt {

/// An input with its tokens: a text, or two texts that are encoded jointly. `prompt` counts the leading
/// tokens that belong to the prompt, [CLS] among them.
struct TokenizedText {
  std::string_view text;
  std::string_view second_text = {};  ///< its data is null where there is none
  Tokens tokens;
  std::int64_t prompt = 0;

  bool is_pair() const { return second_text.data() != nullptr; }
  bool truncated() const { return tokens.truncated > 0 || tokens.truncated_second > 0; }
  std::int64_t length() const { return static_cast<std::int64_t>(tokens.ids.size()); }  ///< in tokens
};

/// Tokenizes texts behind a fixed prompt. Offsets are those of the text without the prompt; tokens of the
/// prompt have the offsets {0, 0} and begin no word.
class TextEncoder {
 public:
  TextEncoder(const Tokenizer& tokenizer, std::int64_t max_tokens, std::string prompt);
  TokenizedText encode(std::string_view text) const;
  /// Both texts in one input, as the tokenizer's template for pairs arranges them, truncated longest first.
  TokenizedText encode_pair(std::string_view text, std::string_view second_text) const;
  /// An input that is tokens already, truncated at its end. The ids are not checked here.
  TokenizedText encode_ids(const std::vector<std::int32_t>& ids) const;

  /// The same with another prompt, or another end that is truncated.
  TextEncoder with(std::optional<std::string> prompt, std::optional<TruncatedEnd> end) const;

 private:
  void place_behind_prompt(Tokens& tokens) const;

  const Tokenizer& tokenizer_;
  std::int64_t max_tokens_;
  std::string prompt_;
  std::optional<TruncatedEnd> end_ = {};
  std::int32_t prompt_characters_ = 0;
  std::int64_t prompt_tokens_ = 0;
};

/// How many texts a thread tokenizes at a time.
inline constexpr std::int64_t kTextsPerTokenizing = 64;

/// What `encode` gives for 0 .. count-1, on several threads.
std::vector<TokenizedText> tokenize_each(std::size_t count, std::int64_t threads,
                                         const std::function<TokenizedText(std::int64_t)>& encode);

/// Tokenizes texts on several threads; the results keep views of them.
std::vector<TokenizedText> tokenize(const TextEncoder& encoder, const std::vector<std::string>& texts,
                                    std::int64_t threads);

/// The same for pairs that are encoded jointly. Both lists have the same length.
std::vector<TokenizedText> tokenize_pairs(const TextEncoder& encoder, const std::vector<std::string>& texts,
                                          const std::vector<std::string>& second_texts, std::int64_t threads);

/// Adds tokenized texts to others.
void append(std::vector<TokenizedText>& texts, std::vector<TokenizedText> more);

/// Packs texts, in this order, into one batch. Ids beyond the backbone's vocabulary throw Error.
PackedBatch make_batch(const std::vector<const TokenizedText*>& texts, const BackboneShape& shape);
/// The same for the texts with these numbers.
PackedBatch make_batch(std::span<const TokenizedText> texts, const std::vector<std::int64_t>& rows,
                       const BackboneShape& shape);

/// Items sorted by length, longest first and otherwise in their order, in runs of at most `budget` (a longer
/// item stands alone).
std::vector<std::vector<std::int64_t>> cut_by_length(std::vector<std::int64_t> items,
                                                     const std::function<std::int64_t(std::int64_t)>& length,
                                                     std::int64_t budget);

/// Cuts texts into forwards: indices sorted by length, longest first, in runs of at most `tokens_per_forward`
/// tokens (a longer text stands alone).
std::vector<std::vector<std::int64_t>> plan_forwards(std::span<const TokenizedText> texts,
                                                     std::int64_t tokens_per_forward);

}  // namespace mtt
