#include "span_tags.h"

#include <algorithm>
#include <cmath>

namespace {

bool may_follow(std::int64_t before, std::int64_t tag) {
  return !SpanTags::is_inside(tag) || before == tag || before == tag - 1;
}

}  // namespace

TagRules SpanTags::rules() const {
  TagRules rules{count(), {}, {}};
  for (std::int64_t before = 0; before < rules.tags; ++before)
    for (std::int64_t tag = 0; tag < rules.tags; ++tag) rules.follows.push_back(may_follow(before, tag));
  for (std::int64_t tag = 0; tag < rules.tags; ++tag) rules.begins.push_back(!is_inside(tag));
  return rules;
}

// Viterbi with transitions that are allowed or not: I-x has two possible predecessors, every other tag all of
// them.
TagSequence SpanTags::best(const std::vector<const float*>& rows) const {
  const std::int64_t tags = count();
  std::vector<std::vector<std::int64_t>> from(rows.size(), std::vector<std::int64_t>(tags, 0));
  std::vector<float> best(tags), next(tags);
  for (std::size_t w = 0; w < rows.size(); ++w) {
    const std::int64_t winner = std::max_element(best.begin(), best.end()) - best.begin();
    for (std::int64_t tag = 0; tag < tags; ++tag) {
      std::int64_t previous = winner;
      if (is_inside(tag)) previous = best[tag - 1] > best[tag] ? tag - 1 : tag;
      const bool impossible = w == 0 && is_inside(tag);
      next[tag] = rows[w][tag] + (impossible ? static_cast<float>(-1e9) : best[previous]);
      from[w][tag] = previous;
    }
    best.swap(next);
  }
  TagSequence path{std::vector<std::int64_t>(rows.size()), std::vector<double>(rows.size())};
  std::int64_t tag = std::max_element(best.begin(), best.end()) - best.begin();
  for (std::size_t w = rows.size(); w-- > 0;) {
    path.tags[w] = tag;
    path.probabilities[w] = std::exp(double{rows[w][tag]});
    tag = from[w][tag];
  }
  return path;
}
