#include <unordered_set>

#include "mtt/error.h"
#include "text/tokenizer_parts.h"
#include "text/utf8.h"
#include "text/word_piece.h"

namespace mtt {
namespace {

constexpr std::int64_t kMostWordCharacters = 100;
constexpr std::size_t kMostTokens = 1u << 22;

std::vector<VocabularyEntry> read_lines(std::string_view text, const std::string& source) {
  std::vector<VocabularyEntry> entries;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view token = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    while (!token.empty() && (token.back() == '\r' || token.back() == ' ' || token.back() == '\t'))
      token.remove_suffix(1);
    if (entries.size() == kMostTokens)
      throw Error(source + " has more than " + std::to_string(kMostTokens) + " lines");
    entries.push_back({std::string(token), static_cast<std::int32_t>(entries.size())});
  }
  std::unordered_set<std::string_view> seen;
  for (const VocabularyEntry& entry : entries) {
    if (!seen.insert(entry.token).second && !entry.token.empty())
      throw Error(source + ":" + std::to_string(entry.id + 1) + ":1: the token " + Value(entry.token).json() +
                  " is there twice");
  }
  return entries;
}

}  // namespace

TokenizerParts read_vocabulary(std::string_view text, const std::string& source, const BertOptions& options) {
  if (find_invalid_utf8(text) != std::string_view::npos) throw Error(source + " is not valid UTF-8");
  std::vector<VocabularyEntry> entries = read_lines(text, source);
  std::vector<AddedToken> added;
  std::int32_t unknown = -1, start = -1, stop = -1;
  for (const VocabularyEntry& entry : entries) {
    if (entry.token == "[UNK]") unknown = entry.id;
    if (entry.token == "[CLS]") start = entry.id;
    if (entry.token == "[SEP]") stop = entry.id;
    for (const char* special : {"[UNK]", "[CLS]", "[SEP]", "[PAD]", "[MASK]"})
      if (entry.token == special)
        added.push_back({.content = std::u32string(entry.token.begin(), entry.token.end()), .id = entry.id});
  }
  if (unknown < 0 || start < 0 || stop < 0) {
    throw Error(source + " lacks " +
                (unknown < 0 ? "[UNK]"
                 : start < 0 ? "[CLS]"
                             : "[SEP]") +
                "; a BERT vocabulary has [UNK], [CLS] and [SEP]");
  }
  return {.raw_added = AddedTokens(std::move(added)),
          .normalizer = Normalizer(bert_normalizer(true, options.chinese_characters,
                                                   options.strip_accents.value_or(options.lowercase),
                                                   options.lowercase)),
          .pre_tokenizer = PreTokenizer({split_bert}),
          .splits_as_bert = true,
          .model = std::make_unique<const WordPiece>(std::move(entries), unknown, "##", kMostWordCharacters),
          .before = {{start, 0}},
          .after = {{stop, 0}}};
}

}  // namespace mtt
