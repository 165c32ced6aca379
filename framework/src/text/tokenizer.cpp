#include "text/tokenizer.h"

#include <algorithm>
#include <array>

#include "mtt/error.h"
#include "text/tokenizer_parts.h"
#include "text/unicode.h"
#include "value/utf8.h"

namespace mtt {
namespace {

/// What the BERT normalizer and pre-tokenizer make of an ASCII character.
enum class AsciiClass : std::uint8_t { letter, space, punctuation, removed };

struct AsciiTable {
  std::array<AsciiClass, 128> kind;
  std::array<char, 128> normalized;
};

}  // namespace

struct Tokenizer::Impl {
  TokenizerParts parts;
  std::vector<std::string_view> tokens_by_id;
  bool ascii_fast_path = false;  ///< the ASCII table says all that normalizer and pre-tokenizer do
  AsciiTable ascii{};

  explicit Impl(TokenizerParts read) : parts(std::move(read)) {
    for (const VocabularyEntry& entry : parts.model->vocabulary()) name(entry);
    for (const VocabularyEntry& entry : parts.added_vocabulary) name(entry);
    build_ascii_table();
  }

  void name(const VocabularyEntry& entry) {
    if (static_cast<std::size_t>(entry.id) >= tokens_by_id.size()) tokens_by_id.resize(entry.id + 1);
    tokens_by_id[entry.id] = entry.token;
  }

  void build_ascii_table() {
    ascii_fast_path = parts.splits_as_bert && parts.normalized_added.empty();
    for (char32_t c = 0; c < 128; ++c) {
      Symbols symbols = {{c, 0, 1}};
      parts.normalizer.apply(symbols, 0);
      if (symbols.size() > 1) ascii_fast_path = false;
      if (symbols.size() != 1) {
        ascii.kind[c] = AsciiClass::removed;
        continue;
      }
      const auto flags = unicode::properties(symbols[0].c).flags;
      ascii.kind[c] = flags & unicode::kSpace         ? AsciiClass::space
                      : flags & unicode::kPunctuation ? AsciiClass::punctuation
                                                      : AsciiClass::letter;
      ascii.normalized[c] = static_cast<char>(symbols[0].c);
    }
  }

  void push(Tokens& into, std::int32_t id, CharSpan chars, bool special, bool first) const {
    into.ids.push_back(id);
    into.type_ids.push_back(parts.text_type_id);
    into.chars.push_back(chars);
    into.special.push_back(special);
    into.first_subword.push_back(first);
  }

  void encode_ascii(std::string_view text, Tokens& into) const {
    std::string word;
    std::vector<std::int32_t> origin;
    std::vector<SubWord> pieces;
    const auto flush = [&] {
      if (word.empty()) return;
      pieces.clear();
      parts.model->tokenize(word, word.size(), pieces);
      for (const SubWord& piece : pieces)
        push(into, piece.id, {origin[piece.begin], origin[piece.end - 1] + 1}, false, piece.begin == 0);
      word.clear();
      origin.clear();
    };
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto c = static_cast<unsigned char>(text[i]);
      const AsciiClass kind = ascii.kind[c];
      if (kind == AsciiClass::removed) continue;
      if (kind != AsciiClass::letter) flush();
      if (kind == AsciiClass::space) continue;
      word += ascii.normalized[c];
      origin.push_back(static_cast<std::int32_t>(i));
      if (kind == AsciiClass::punctuation) flush();
    }
    flush();
  }

  /// The characters of a token that `before` and `after` spaces are at the ends of, without these; the one
  /// that was put before a text stays.
  CharSpan without_spaces(CharSpan chars, std::ptrdiff_t before, std::ptrdiff_t after, bool first) const {
    if (before == 1 && (first || chars.begin == 0) && !parts.trims_all_spaces) before = 0;
    if (before > 0) chars.begin = std::min(chars.begin + static_cast<std::int32_t>(before), chars.end);
    if (after > 0 && chars.end >= after)
      chars.end = std::max(chars.end - static_cast<std::int32_t>(after), chars.begin);
    return chars;
  }

  /// The same for the spaces that `text` has, as is_space(item) tells.
  template <class Text, class IsSpace>
  CharSpan without_spaces(CharSpan chars, const Text& text, const IsSpace& is_space, bool first) const {
    if (!parts.trims_spaces) return chars;
    const auto before = std::find_if_not(text.begin(), text.end(), is_space) - text.begin();
    const auto after = std::find_if_not(text.rbegin(), text.rend(), is_space) - text.rbegin();
    return without_spaces(chars, before, after, first);
  }

  void push_added(Tokens& into, std::int32_t id, std::span<const Symbol> text) const {
    const auto is_space = [](const Symbol& s) {
      return (unicode::properties(s.c).flags & unicode::kSpace) != 0;
    };
    push(into, id,
         without_spaces({text.front().begin, text.back().end}, text, is_space,
                        into.ids.size() == parts.before.size()),
         false, true);
  }

  void encode_words(std::span<const Symbol> text, Tokens& into) const {
    std::string bytes;
    std::vector<std::uint32_t> symbol_of_byte;
    std::vector<SubWord> pieces;
    parts.pre_tokenizer.split(text, [&](std::span<const Symbol> word) {
      bytes.resize(word.size() * 4);
      symbol_of_byte.resize(word.size() * 4);
      std::size_t size = 0;
      for (std::size_t i = 0; i < word.size(); ++i) {
        const int count = write_code_point(word[i].c, &bytes[size]);
        for (int k = 0; k < count; ++k) symbol_of_byte[size++] = static_cast<std::uint32_t>(i);
      }
      bytes.resize(size);
      pieces.clear();
      parts.model->tokenize(bytes, word.size(), pieces);
      for (const SubWord& piece : pieces) {
        CharSpan chars = {word[symbol_of_byte[piece.begin]].begin, word[symbol_of_byte[piece.end - 1]].end};
        if (parts.words_are_bytes)
          chars = without_spaces(
              chars, std::string_view(bytes).substr(piece.begin, piece.end - piece.begin),
              [](char c) { return c == ' '; }, into.ids.size() == parts.before.size());
        push(into, piece.id, chars, false, &piece == pieces.data());
      }
    });
  }

  void encode_unicode(std::string_view utf8, Tokens& into) const {
    const Symbols text = decode_utf8(utf8);
    for (const AddedTokenPiece& raw : parts.raw_added.split(text)) {
      if (raw.id >= 0) {
        push_added(into, raw.id, std::span(text).subspan(raw.begin, raw.end - raw.begin));
        continue;
      }
      Symbols piece(text.begin() + static_cast<std::ptrdiff_t>(raw.begin),
                    text.begin() + static_cast<std::ptrdiff_t>(raw.end));
      parts.normalizer.apply(piece, text[raw.begin].begin);
      for (const AddedTokenPiece& part : parts.normalized_added.split(piece)) {
        const std::span<const Symbol> span(piece.data() + part.begin, part.end - part.begin);
        if (part.id >= 0)
          push_added(into, part.id, span);
        else
          encode_words(span, into);
      }
    }
  }
};

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::from_json(const Value& json, const TokenizerOptions& options) {
  return Tokenizer(std::make_unique<const Impl>(read_tokenizer_json(json, options)));
}

void Tokenizer::encode(std::string_view utf8, std::int64_t max_tokens, Tokens& into) const {
  const TokenizerParts& parts = impl_->parts;
  const std::size_t bad = find_invalid_utf8(utf8);
  if (bad != std::string_view::npos)
    throw Error("the text is not valid UTF-8 at its byte " + std::to_string(bad));
  const auto specials = static_cast<std::int64_t>(parts.before.size() + parts.after.size());
  if (max_tokens > 0 && max_tokens < specials) {
    throw Error("a limit of " + std::to_string(max_tokens) + " tokens has no room for the " +
                std::to_string(specials) + " special tokens; raise it");
  }
  into.ids.clear();
  into.type_ids.clear();
  into.chars.clear();
  into.special.clear();
  into.first_subword.clear();
  into.truncated = 0;

  for (const SpecialToken& token : parts.before) {
    impl_->push(into, token.id, {}, true, false);
    into.type_ids.back() = token.type_id;
  }
  const bool ascii = std::none_of(utf8.begin(), utf8.end(), [](char c) { return (c & 0x80) != 0; });
  if (ascii && impl_->ascii_fast_path && !parts.raw_added.may_occur(utf8))
    impl_->encode_ascii(utf8, into);
  else
    impl_->encode_unicode(utf8, into);

  const std::int64_t room = max_tokens - static_cast<std::int64_t>(parts.after.size());
  if (const auto size = static_cast<std::int64_t>(into.ids.size()); max_tokens > 0 && size > room) {
    into.truncated = static_cast<std::int32_t>(size - room);
    const std::int64_t first = parts.truncates_left ? static_cast<std::int64_t>(parts.before.size()) : room;
    const auto cut = [&](auto& values) {
      values.erase(values.begin() + first, values.begin() + first + into.truncated);
    };
    cut(into.ids);
    cut(into.type_ids);
    cut(into.chars);
    cut(into.special);
    cut(into.first_subword);
  }
  for (const SpecialToken& token : parts.after) {
    impl_->push(into, token.id, {}, true, false);
    into.type_ids.back() = token.type_id;
  }
}

std::int64_t Tokenizer::vocabulary_size() const {
  return static_cast<std::int64_t>(impl_->tokens_by_id.size());
}

std::string_view Tokenizer::token(std::int32_t id) const {
  return id >= 0 && id < vocabulary_size() ? impl_->tokens_by_id[id] : std::string_view();
}

}  // namespace mtt
