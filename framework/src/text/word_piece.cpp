#include "text/word_piece.h"

#include <algorithm>
#include <bit>

#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325u;  // FNV-1a
constexpr std::uint64_t kHashPrime = 0x100000001b3u;
constexpr std::uint64_t kHashSpread = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio

std::uint64_t hashed(std::uint64_t hash, std::string_view bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * kHashPrime;
  return hash;
}

}  // namespace

WordPiece::WordPiece(std::vector<VocabularyEntry> vocabulary, std::int32_t unknown,
                     std::string continuing_prefix, std::int64_t max_characters)
    : vocabulary_(std::move(vocabulary)),
      unknown_(unknown),
      prefix_(std::move(continuing_prefix)),
      prefix_hash_(hashed(kHashStart, prefix_)),
      max_characters_(static_cast<std::size_t>(max_characters)) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(vocabulary_.size() * 2, 2));
  shift_ = 64 - std::countr_zero(size);
  slots_.resize(size);
  for (std::size_t i = 0; i < vocabulary_.size(); ++i) {
    const std::string& token = vocabulary_[i].token;
    longest_ = std::max(longest_, token.size());
    const std::uint64_t hash = hashed(kHashStart, token);
    std::size_t at = hash * kHashSpread >> shift_;
    while (slots_[at].entry >= 0) at = (at + 1) & (size - 1);
    slots_[at] = {hash, static_cast<std::int32_t>(i)};
  }
}

std::int32_t WordPiece::find(std::uint64_t hash, std::string_view prefix, std::string_view rest) const {
  for (std::size_t at = hash * kHashSpread >> shift_; slots_[at].entry >= 0;
       at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash != hash) continue;
    const VocabularyEntry& entry = vocabulary_[slots_[at].entry];
    const std::string_view token = entry.token;
    if (token.size() == prefix.size() + rest.size() && token.starts_with(prefix) && token.ends_with(rest))
      return entry.id;
  }
  return -1;
}

std::int32_t WordPiece::id(std::string_view token) const {
  return find(hashed(kHashStart, token), "", token);
}

void WordPiece::tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const {
  const std::size_t before = into.size();
  const auto unknown = [&] {
    into.resize(before);
    into.push_back({unknown_, 0, static_cast<std::uint32_t>(word.size())});
  };
  if (characters > max_characters_) return unknown();

  struct Candidate {
    std::uint64_t hash;
    std::uint32_t end;
  };
  std::vector<Candidate> spilled;
  Candidate on_stack[128];
  for (std::size_t start = 0; start < word.size();) {
    const std::string_view prefix = start == 0 ? std::string_view() : prefix_;
    const std::size_t reach = std::min(word.size(), start + longest_);
    Candidate* candidates = on_stack;
    if (reach - start > std::size(on_stack)) {
      spilled.resize(reach - start);
      candidates = spilled.data();
    }
    std::size_t count = 0;
    std::uint64_t hash = start == 0 ? kHashStart : prefix_hash_;
    for (std::size_t end = start + 1; end <= reach; ++end) {
      hash = (hash ^ static_cast<unsigned char>(word[end - 1])) * kHashPrime;
      if (end == word.size() || !continues_character(word[end]))
        candidates[count++] = {hash, static_cast<std::uint32_t>(end)};
    }
    std::int32_t id = -1;
    while (count > 0 && id < 0) {
      --count;
      id = find(candidates[count].hash, prefix, word.substr(start, candidates[count].end - start));
    }
    if (id < 0) return unknown();
    into.push_back({id, static_cast<std::uint32_t>(start), candidates[count].end});
    start = candidates[count].end;
  }
}

}  // namespace mtt
