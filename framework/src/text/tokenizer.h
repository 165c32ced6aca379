// From text to token ids with character offsets, as the reference tokenizers give them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/char_span.h"
#include "mtt/value.h"

namespace mtt {

/// The tokens of one text, special tokens included. All vectors have the same length.
struct Tokens {
  std::vector<std::int32_t> ids;
  std::vector<std::int32_t> type_ids;
  std::vector<CharSpan> chars;              ///< code points of the original text; {0,0} on specials
  std::vector<std::uint8_t> special;        ///< 1 for tokens that the post-processor adds
  std::vector<std::uint8_t> first_subword;  ///< 1 where a word (pre-token) begins; 0 on specials
  std::int32_t truncated = 0;               ///< how many tokens of the text were cut off
};

/// What vocab.txt alone does not say.
struct BertOptions {
  bool lowercase = true;
  std::optional<bool> strip_accents = {};  ///< none: as lowercase
  bool chinese_characters = true;          ///< CJK characters stand alone
};

/// A tokenizer of WordPiece, byte-level BPE or Unigram. Immutable and usable from several threads at once.
class Tokenizer {
 public:
  /// From a parsed tokenizer.json. A component that we do not reproduce exactly throws Error, as do ids that
  /// are out of range, double or missing.
  static Tokenizer from_json(const Value& json);
  /// From the text of vocab.txt; `source` names it in messages.
  static Tokenizer from_vocabulary(std::string_view text, const std::string& source,
                                   const BertOptions& options);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// Tokenizes valid UTF-8; invalid UTF-8 throws Error that names the byte. The result has at most
  /// `max_tokens` tokens (0: no limit), specials included, cut from the right. `into` is overwritten; its
  /// memory is reused.
  void encode(std::string_view utf8, std::int64_t max_tokens, Tokens& into) const;

  std::int64_t vocabulary_size() const;  ///< largest id + 1, added tokens included
  std::string_view token(std::int32_t id) const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace mtt
