#include "text/merge_rules.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <queue>

namespace mtt {
namespace {

constexpr std::uint64_t kSpread = 0x9e3779b97f4a7c15u;  // 2^64 / golden ratio
constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

/// A merge that may still be possible when its turn comes.
struct Candidate {
  std::int32_t rank, place, merged;
  bool operator>(const Candidate& other) const {
    return rank != other.rank ? rank > other.rank : place > other.place;
  }
};

/// The parts before and after one that are not merged away; -1 at the ends.
struct Neighbours {
  std::int32_t before, after;
};

}  // namespace

void append_parts(const std::vector<WordPart>& parts, std::vector<SubWord>& into) {
  std::uint32_t begin = 0;
  for (const WordPart& part : parts) {
    into.push_back({part.id, begin, begin + part.size});
    begin += part.size;
  }
}

MergeRules::MergeRules(const std::vector<Merge>& merges) {
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

const MergeRules::Rule* MergeRules::find(std::int32_t left, std::int32_t right) const {
  const std::uint64_t wanted = key(left, right);
  for (std::size_t at = wanted * kSpread >> shift_; rules_[at].first != kEmpty;
       at = (at + 1) & (rules_.size() - 1))
    if (rules_[at].first == wanted) return &rules_[at].second;
  return nullptr;
}

void MergeRules::apply(std::vector<WordPart>& word) const {
  const auto count = static_cast<std::int32_t>(word.size());
  std::vector<Neighbours> beside;
  beside.reserve(word.size());
  for (std::int32_t i = 0; i < count; ++i) beside.push_back({i - 1, i + 1 < count ? i + 1 : -1});

  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue;
  const auto consider = [&](std::int32_t place) {
    if (place < 0 || beside[place].after < 0) return;
    if (const Rule* rule = find(word[place].id, word[beside[place].after].id))
      queue.push({rule->rank, place, rule->merged});
  };
  for (std::int32_t i = 0; i + 1 < count; ++i) consider(i);
  while (!queue.empty()) {
    const Candidate best = queue.top();
    queue.pop();
    WordPart& left = word[best.place];
    const std::int32_t next = beside[best.place].after;
    if (left.size == 0 || next < 0) continue;
    WordPart& right = word[next];
    const Rule* still = find(left.id, right.id);
    if (!still || still->merged != best.merged) continue;
    left.id = best.merged;
    left.size += right.size;
    right.size = 0;
    const std::int32_t after = beside[next].after;
    beside[best.place].after = after;
    if (after >= 0) beside[after].before = best.place;
    consider(beside[best.place].before);
    consider(best.place);
  }
  std::erase_if(word, [](const WordPart& part) { return part.size == 0; });
}

}  // namespace mtt
