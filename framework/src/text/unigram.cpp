#include "text/unigram.h"

#include <algorithm>

#include "value/utf8.h"

namespace mtt {
namespace {

constexpr double kUnknownPenalty = 10.0;

/// The best way to the end of a part of the word.
struct Best {
  double score = 0.0;
  std::int32_t begin = -1;  ///< of its last token; -1: nothing ends here
  std::int32_t id = 0;

  void offer(double candidate, std::size_t from, std::int32_t token) {
    if (begin >= 0 && !(candidate > score)) return;
    *this = {candidate, static_cast<std::int32_t>(from), token};
  }
};

}  // namespace

Unigram::Unigram(std::vector<VocabularyEntry> vocabulary, std::vector<double> scores, std::int32_t unknown,
                 bool byte_fallback)
    : vocabulary_(std::move(vocabulary)),
      scores_(std::move(scores)),
      trie_(vocabulary_),
      unknown_(unknown),
      unknown_score_(*std::min_element(scores_.begin(), scores_.end()) - kUnknownPenalty) {
  if (byte_fallback) byte_tokens_ = ByteTokens([this](std::string_view token) { return trie_.find(token); });
}

void Unigram::push(std::string_view word, std::size_t begin, std::size_t end,
                   std::vector<SubWord>& into) const {
  const auto place = [&](std::int32_t id) {
    into.push_back({id, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)});
  };
  const std::string_view text = word.substr(begin, end - begin);
  if (const std::int32_t id = trie_.find(text); id >= 0) return place(id);
  if (!byte_tokens_.cover(text)) return place(unknown_);
  for (const char byte : text) place(byte_tokens_.id(byte));
}

void Unigram::tokenize(std::string_view word, std::size_t, std::vector<SubWord>& into) const {
  Best on_stack[128];
  std::vector<Best> spilled;
  Best* best = on_stack;
  if (word.size() >= std::size(on_stack)) {
    spilled.resize(word.size() + 1);
    best = spilled.data();
  }
  for (std::size_t begin = 0; begin < word.size();) {
    const std::size_t size = first_character_size(word.substr(begin));
    const double so_far = best[begin].score;
    bool covered = false;
    trie_.prefixes(word.substr(begin), [&](std::size_t length, std::int32_t id) {
      best[begin + length].offer(scores_[id] + so_far, begin, id);
      covered |= length == size;
    });
    if (!covered) best[begin + size].offer(unknown_score_ + so_far, begin, unknown_);
    begin += size;
  }

  const std::size_t before = into.size();
  for (std::size_t end = word.size(); end > 0; end = best[end].begin)
    into.push_back(
        {best[end].id, static_cast<std::uint32_t>(best[end].begin), static_cast<std::uint32_t>(end)});
  std::reverse(into.begin() + static_cast<std::ptrdiff_t>(before), into.end());
  const auto is_unknown = [this](const SubWord& piece) { return piece.id == unknown_; };
  if (std::none_of(into.begin() + static_cast<std::ptrdiff_t>(before), into.end(), is_unknown)) return;

  const std::vector<SubWord> pieces(into.begin() + static_cast<std::ptrdiff_t>(before), into.end());
  into.resize(before);
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    std::uint32_t begin = pieces[i].begin;
    if (!is_unknown(pieces[i])) {
      into.push_back(pieces[i]);
      continue;
    }
    while (i + 1 < pieces.size() && is_unknown(pieces[i + 1])) ++i;
    push(word, begin, pieces[i].end, into);
  }
}

}  // namespace mtt
