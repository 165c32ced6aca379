#include "text/tokenizer.h"

#include <algorithm>
#include <array>

#include "mtt/error.h"
#include "text/token_output.h"
#include "text/tokenizer_parts.h"
#include "text/unicode.h"
#include "value/utf8.h"

namespace mtt {

/// What the BERT normalizer and pre-tokenizer make of an ASCII character.
enum class AsciiClass : std::uint8_t { letter, space, punctuation, removed };

struct AsciiTable {
  std::array<AsciiClass, 128> kind;
  std::array<char, 128> normalized;
};

namespace {

bool is_special(const TemplateItem& item) { return item.text == TemplateItem::kSpecial; }

void check_utf8(std::string_view text, const char* name) {
  const std::size_t bad = find_invalid_utf8(text);
  if (bad != std::string_view::npos)
    throw Error(std::string(name) + " is not valid UTF-8 at its byte " + std::to_string(bad));
}

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

  void encode_ascii(std::string_view text, TokenOutput& out) const {
    std::string word;
    std::vector<std::int32_t> origin;
    std::vector<SubWord> pieces;
    const auto flush = [&] {
      if (word.empty()) return;
      pieces.clear();
      parts.model->tokenize(word, word.size(), pieces);
      for (const SubWord& piece : pieces)
        out.push(piece.id, {origin[piece.begin], origin[piece.end - 1] + 1}, piece.begin == 0);
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

  void push_added(TokenOutput& out, std::int32_t id, std::span<const Symbol> text) const {
    out.push(id, {text.front().begin, text.back().end}, true);
    if (parts.trims_spaces)
      out.set_spaces(spaces_of(
          text, [](const Symbol& s) { return (unicode::properties(s.c).flags & unicode::kSpace) != 0; }));
  }

  void encode_words(std::span<const Symbol> text, TokenOutput& out) const {
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
        const std::uint32_t last = symbol_of_byte[piece.end - 1];
        out.push(piece.id, {word[symbol_of_byte[piece.begin]].begin, word[last].end},
                 &piece == pieces.data());
        if (parts.trims_spaces && parts.words_are_bytes)
          out.set_spaces(spaces_of(std::string_view(bytes).substr(piece.begin, piece.end - piece.begin),
                                   [](char c) { return c == ' '; }));
      }
    });
  }

  void encode_unicode(std::string_view utf8, TokenOutput& out) const {
    const Symbols text = decode_utf8(utf8);
    for (const AddedTokenPiece& raw : parts.raw_added.split(text)) {
      if (raw.id >= 0) {
        push_added(out, raw.id, std::span(text).subspan(raw.begin, raw.end - raw.begin));
        continue;
      }
      Symbols piece(text.begin() + static_cast<std::ptrdiff_t>(raw.begin),
                    text.begin() + static_cast<std::ptrdiff_t>(raw.end));
      parts.normalizer.apply(piece, text[raw.begin].begin);
      for (const AddedTokenPiece& part : parts.normalized_added.split(piece)) {
        const std::span<const Symbol> span(piece.data() + part.begin, part.end - part.begin);
        if (part.id >= 0)
          push_added(out, part.id, span);
        else
          encode_words(span, out);
      }
    }
  }

  void encode_text(std::string_view utf8, TokenOutput& out) const {
    const bool ascii = std::none_of(utf8.begin(), utf8.end(), [](char c) { return (c & 0x80) != 0; });
    if (ascii && ascii_fast_path && !parts.raw_added.may_occur(utf8))
      encode_ascii(utf8, out);
    else
      encode_unicode(utf8, out);
  }

  void encode(const TokenTemplate& items, const std::array<std::string_view, 2>& texts,
              std::int64_t max_tokens, Tokens& into, std::optional<TruncatedEnd> end) const {
    const std::int64_t specials = std::count_if(items.begin(), items.end(), is_special);
    if (max_tokens > 0 && max_tokens < specials)
      throw Error("a limit of " + std::to_string(max_tokens) + " tokens has no room for the " +
                  std::to_string(specials) + " special tokens; raise it");
    TokenOutput out(into);
    std::array<TokenRange, 2> ranges;
    for (const TemplateItem& item : items) {
      if (is_special(item)) {
        out.push(item.id, {}, false);
        out.finish_item(item.type_id, true);
      } else {
        encode_text(texts[item.text], out);
        ranges[item.text] = out.finish_item(item.type_id, false);
      }
    }
    if (max_tokens > 0 && out.size() > max_tokens)
      out.truncate(ranges, max_tokens - specials, end ? end == TruncatedEnd::left : parts.truncates_left);
    if (parts.trims_spaces)
      for (const TokenRange& range : ranges) out.trim(range, !parts.trims_all_spaces);
    into.second = ranges[1];
  }
};

Tokenizer::Tokenizer(std::unique_ptr<const Impl> impl) : impl_(std::move(impl)) {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::from_json(const Value& json, const TokenizerOptions& options) {
  return Tokenizer(std::make_unique<const Impl>(read_tokenizer_json(json, options)));
}

void Tokenizer::encode(std::string_view utf8, std::int64_t max_tokens, Tokens& into,
                       std::optional<TruncatedEnd> end) const {
  check_utf8(utf8, "the text");
  impl_->encode(impl_->parts.single, {utf8, {}}, max_tokens, into, end);
}

void Tokenizer::encode_pair(std::string_view first, std::string_view second, std::int64_t max_tokens,
                            Tokens& into, std::optional<TruncatedEnd> end) const {
  if (!impl_->parts.why_no_pairs.empty())
    throw Error("this tokenizer does not encode pairs of texts: " + impl_->parts.why_no_pairs);
  check_utf8(first, "the first text of the pair");
  check_utf8(second, "the second text of the pair");
  impl_->encode(impl_->parts.pair, {first, second}, max_tokens, into, end);
}

std::int64_t Tokenizer::vocabulary_size() const {
  return static_cast<std::int64_t>(impl_->tokens_by_id.size());
}

std::string_view Tokenizer::token(std::int32_t id) const {
  return id >= 0 && id < vocabulary_size() ? impl_->tokens_by_id[id] : std::string_view();
}

}  // namespace mtt
