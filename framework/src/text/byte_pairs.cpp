#include "text/byte_pairs.h"

#include <algorithm>
#include <bit>
#include <queue>

#include "text/byte_level.h"

namespace mtt {
namespace {

constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio
constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

/// A token of the word so far, in a list that merging shortens.
struct Part {
  std::int32_t id;
  std::uint32_t begin, end;
  std::int32_t before, after;  ///< indices, -1 at the ends
};

/// A merge that may still be possible when its turn comes.
struct Candidate {
  std::int32_t rank, place, merged;
  bool operator>(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : place > other.place;
  }
};

}  // namespace

int BytePairs::missing_byte(const std::vector<VocabularyEntry>& vocabulary) {
  std::array<bool, 256> seen{};
  for (const VocabularyEntry& entry : vocabulary)
    if (const auto bytes = bytes_of_token(entry.token); bytes && bytes->size() == 1)
      seen[static_cast<unsigned char>((*bytes)[0])] = true;
  const auto found = std::find(seen.begin(), seen.end(), false);
  return found == seen.end() ? -1 : static_cast<int>(found - seen.begin());
}

BytePairs::BytePairs(std::vector<VocabularyEntry> vocabulary, const std::vector<Merge>& merges,
                     bool whole_words)
    : vocabulary_(std::move(vocabulary)) {
  for (const VocabularyEntry& entry : vocabulary_) {
    ids_.emplace(entry.token, entry.id);
    const auto bytes = bytes_of_token(entry.token);
    if (!bytes) continue;
    if (bytes->size() == 1) byte_ids_[static_cast<unsigned char>((*bytes)[0])] = entry.id;
    if (whole_words) whole_words_.emplace(*bytes, entry.id);
  }
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(merges.size() * 2, 2));
  shift_ = 64 - std::countr_zero(size);
  rules_.assign(size, {kEmpty, {}});
  for (std::size_t m = 0; m < merges.size(); ++m) {
    const std::uint64_t wanted = key(merges[m].left, merges[m].right);
    std::size_t at = wanted * kSpread >> shift_;
    while (rules_[at].first != kEmpty && rules_[at].first != wanted) at = (at + 1) & (size - 1);
    rules_[at] = {wanted, {static_cast<std::int32_t>(m), merges[m].merged}};
  }
}

std::int32_t BytePairs::id(std::string_view token) const {
  const auto found = ids_.find(token);
  return found == ids_.end() ? -1 : found->second;
}

const BytePairs::Rule* BytePairs::rule(std::int32_t left, std::int32_t right) const {
  const std::uint64_t wanted = key(left, right);
  for (std::size_t at = wanted * kSpread >> shift_; rules_[at].first != kEmpty;
       at = (at + 1) & (rules_.size() - 1))
    if (rules_[at].first == wanted) return &rules_[at].second;
  return nullptr;
}

void BytePairs::tokenize(std::string_view word, std::size_t, std::vector<SubWord>& into) const {
  if (!whole_words_.empty()) {
    if (const auto whole = whole_words_.find(std::string(word)); whole != whole_words_.end()) {
      into.push_back({whole->second, 0, static_cast<std::uint32_t>(word.size())});
      return;
    }
  }
  const auto count = static_cast<std::int32_t>(word.size());
  std::vector<Part> parts;
  parts.reserve(word.size());
  for (std::int32_t i = 0; i < count; ++i)
    parts.push_back({byte_ids_[static_cast<unsigned char>(word[i])], static_cast<std::uint32_t>(i),
                     static_cast<std::uint32_t>(i + 1), i - 1, i + 1 < count ? i + 1 : -1});
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto consider = [&](std::int32_t place) {
    if (place < 0 || parts[place].after < 0) return;
    if (const Rule* found = rule(parts[place].id, parts[parts[place].after].id))
      queue.push({found->rank, place, found->merged});
  };
  for (std::int32_t i = 0; i + 1 < count; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    Part& left = parts[best.place];
    if (left.end == left.begin || left.after < 0) continue;  // merged away meanwhile
    Part& right = parts[left.after];
    const Rule* still = rule(left.id, right.id);
    if (!still || still->merged != best.merged) continue;
    left.id = best.merged;
    left.end = right.end;
    right.end = right.begin;
    left.after = right.after;
    if (left.after >= 0) parts[left.after].before = best.place;
    consider(left.before);
    consider(best.place);
  }
  for (const Part& part : parts)
    if (part.end > part.begin) into.push_back({part.id, part.begin, part.end});
}

}  // namespace mtt
