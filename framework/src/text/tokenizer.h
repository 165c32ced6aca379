// From text to token ids with character offsets, as the reference tokenizers give them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/char_span.h"
#include "mtt/value.h"
#include "text/truncation.h"

namespace mtt {

/// A range of tokens; `end` is exclusive.
struct TokenRange {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

/// The tokens of a text or of a pair of texts, special tokens included. All vectors have the same length.
struct Tokens {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<CharSpan> chars;              ///< code points of the token's own text; {0,0} on specials
  std::vector<std::uint8_t> special;        ///< 1 for tokens that the post-processor adds
  std::vector<std::uint8_t> first_subword;  ///< 1 where a word (pre-token) begins; 0 on specials
  std::int32_t truncated = 0;               ///< how many tokens of the (first) text were cut off
  std::int32_t truncated_second = 0;        ///< how many tokens of the second text were cut off
  TokenRange second;                        ///< the second text; empty if there is none

  /// The text that token `i` belongs to: 0 for the first, 1 for the second, -1 for special tokens.
  int text_of(std::size_t i) const {
    const auto at = static_cast<std::int32_t>(i);
    return special[i] ? -1 : at >= second.begin && at < second.end ? 1 : 0;
  }
};

/// What a model's directory says of its tokenizer beyond tokenizer.json.
struct TokenizerOptions {
  bool truncates_left = false;         ///< a text that is too long keeps its end
  bool splits_special_tokens = false;  ///< special tokens in a text are ordinary text
  bool type_ids = true;                ///< false: all type ids are 0
  bool exact_scores = false;  ///< scores of a Unigram vocabulary are not rounded as tokenizers reads a file
};

/// A tokenizer of WordPiece, BPE (of bytes or characters) or Unigram. Immutable and usable from several
/// threads at once.
class Tokenizer {
 public:
  /// From a parsed tokenizer.json. A component that we do not reproduce exactly throws Error, as do ids that
  /// are out of range, double or missing, and a normalizer that could make a text very much longer.
  static Tokenizer from_json(const Value& json, const TokenizerOptions& options = {});

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// Tokenizes valid UTF-8; invalid UTF-8 throws Error that names the byte. The result has at most
  /// `max_tokens` tokens (0: no limit), specials included; without `end`, which end of the text is truncated
  /// is the tokenizer's option. `into` is overwritten; its memory is reused.
  void encode(std::string_view utf8, std::int64_t max_tokens, Tokens& into,
              std::optional<TruncatedEnd> end = {}) const;

  /// The same for two texts in one input, as the post-processor's template for pairs arranges them, for
  /// example [CLS] first [SEP] second [SEP]. Both texts may be empty. What exceeds the limit is truncated as
  /// by longest_first() of truncation.h, at the same end of both texts. A tokenizer whose template for pairs
  /// is not reproduced exactly throws Error here; it encodes single texts all the same.
  void encode_pair(std::string_view first, std::string_view second, std::int64_t max_tokens, Tokens& into,
                   std::optional<TruncatedEnd> end = {}) const;

  std::int64_t vocabulary_size() const;  ///< largest id + 1, added tokens included
  std::string_view token(std::int32_t id) const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace mtt
