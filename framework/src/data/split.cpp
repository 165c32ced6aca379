#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>

#include "data/folded_text.h"
#include "data/overlap.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"

namespace mtt {
namespace {

/// Sentences that must stay together, as a forest; each root knows the first of its sentences by code point.
class Groups {
 public:
  std::size_t of(const std::string& sentence) {
    const auto [found, fresh] = number_.emplace(sentence, parent_.size());
    if (fresh) {
      parent_.push_back(found->second);
      first_.push_back(sentence);
    }
    return root(found->second);
  }
  void join(std::size_t a, std::size_t b) {
    a = root(a);
    b = root(b);
    if (first_[b] < first_[a]) std::swap(a, b);
    parent_[b] = a;
  }
  const std::string& name(const std::string& sentence) { return first_[of(sentence)]; }

 private:
  std::size_t root(std::size_t at) {
    while (parent_[at] != at) at = parent_[at] = parent_[parent_[at]];
    return at;
  }
  std::unordered_map<std::string, std::size_t> number_;
  std::vector<std::size_t> parent_;
  std::vector<std::string> first_;
};

}  // namespace

Split split_examples(const Examples& examples, double dev_share, std::uint64_t seed) {
  Split split;
  const std::size_t count = examples.texts.size();
  if (dev_share <= 0) {
    split.train.resize(count);
    std::iota(split.train.begin(), split.train.end(), 0);
    return split;
  }
  std::vector<std::string> names;
  for (const std::string& text : examples.texts) names.push_back(folded_text(text));
  if (!examples.partners.empty()) {
    Groups groups;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string partner = folded_text(examples.partners[i]);
      const auto own = groups.of(names[i]);
      if (!partner.empty()) groups.join(own, groups.of(partner));
    }
    for (std::string& name : names) name = groups.name(name);
  }
  std::map<std::string, std::vector<std::int64_t>> members;
  for (std::size_t i = 0; i < count; ++i) members[names[i]].push_back(static_cast<std::int64_t>(i));
  std::vector<std::pair<std::uint64_t, const std::vector<std::int64_t>*>> ranked;
  ranked.reserve(members.size());
  for (const auto& [name, examples_of_name] : members)
    ranked.emplace_back(RandomStream(seed, "dev " + name, 0).next(), &examples_of_name);
  std::stable_sort(ranked.begin(), ranked.end(), [](auto a, auto b) { return a.first < b.first; });
  std::int64_t missing = std::llround(dev_share * static_cast<double>(count));
  for (const auto& [draw, group] : ranked) {
    const auto size = static_cast<std::int64_t>(group->size());
    const bool nearer = size < 2 * missing;
    auto& side = nearer ? split.dev : split.train;
    side.insert(side.end(), group->begin(), group->end());
    if (nearer) missing -= size;
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.dev.begin(), split.dev.end());
  if (split.train.empty() || split.dev.empty()) {
    throw Error("dev_share = " + Value(dev_share).json() + " leaves no examples for " +
                (split.dev.empty() ? "dev" : "train") + " of the " + std::to_string(count) +
                " in the file; change dev_share or run.seed, or name a dev file");
  }
  return split;
}

std::vector<std::int64_t> unseen_examples(const Examples& examples,
                                          const std::vector<const Examples*>& others) {
  const KnownTexts known(others);
  std::vector<std::int64_t> unseen;
  for (std::size_t i = 0; i < examples.texts.size(); ++i)
    if (!known.find(examples, i)) unseen.push_back(static_cast<std::int64_t>(i));
  return unseen;
}

std::vector<std::int64_t> draw_examples(const Examples& examples, std::int64_t count, std::uint64_t seed) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> ranked;
  for (std::size_t i = 0; i < examples.texts.size(); ++i) {
    const std::string partner = examples.partners.empty() ? "" : "\n" + examples.partners[i];
    ranked.emplace_back(RandomStream(seed, "train " + examples.texts[i] + partner, 0).next(),
                        static_cast<std::int64_t>(i));
  }
  std::sort(ranked.begin(), ranked.end());
  ranked.resize(std::min(ranked.size(), static_cast<std::size_t>(count)));
  std::vector<std::int64_t> drawn;
  drawn.reserve(ranked.size());
  for (const auto& [draw, index] : ranked) drawn.push_back(index);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace mtt
