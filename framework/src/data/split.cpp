#include "data/split.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
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

/// Examples that stay on the same side, as indices.
using Group = std::vector<std::int64_t>;

/// The groups of dev, taken in their order. A group that would exceed what is still missing is left out, or
/// taken if the share is then met more nearly.
struct DevGroups {
  std::vector<bool> taken;
  std::int64_t missing;  ///< examples; negative: dev has more than wanted

  DevGroups(const std::vector<const Group*>& groups, std::int64_t wanted, bool may_exceed)
      : taken(groups.size()), missing(wanted) {
    for (std::size_t g = 0; g < groups.size(); ++g) {
      const auto size = static_cast<std::int64_t>(groups[g]->size());
      taken[g] = may_exceed ? size < 2 * missing : size <= missing;
      if (taken[g]) missing -= size;
    }
  }
  std::int64_t error() const { return std::abs(missing); }
};

bool is_met(const DevGroups& dev, std::int64_t wanted) {
  return dev.error() <= std::max<std::int64_t>(1, wanted / 5);
}

/// The largest group and what holds it together.
std::string largest_group_text(const std::vector<const Group*>& groups, std::int64_t count, bool pairs) {
  std::size_t largest = 0;
  for (const Group* group : groups) largest = std::max(largest, group->size());
  return std::string(pairs ? "Pairs that share a sentence, also through other pairs,"
                           : "Examples with the same text") +
         " stay together, and the largest such group has " + std::to_string(largest) + " of the " +
         std::to_string(count) + (pairs ? " pairs" : " examples") +
         ". Give a validation file with dev = \"...\" instead of dev_share";
}

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
  std::map<std::string, Group> members;
  for (std::size_t i = 0; i < count; ++i) members[names[i]].push_back(static_cast<std::int64_t>(i));
  std::vector<std::pair<std::uint64_t, const Group*>> ranked;
  ranked.reserve(members.size());
  for (const auto& [name, examples_of_name] : members)
    ranked.emplace_back(RandomStream(seed, "dev " + name, 0).next(), &examples_of_name);
  std::stable_sort(ranked.begin(), ranked.end(), [](auto a, auto b) { return a.first < b.first; });
  std::vector<const Group*> groups;
  groups.reserve(ranked.size());
  for (const auto& [draw, group] : ranked) groups.push_back(group);
  const auto all = static_cast<std::int64_t>(count);
  const std::int64_t wanted = std::llround(dev_share * static_cast<double>(count));
  DevGroups dev(groups, wanted, /*may_exceed=*/true);
  for (const bool largest_first : {false, true}) {
    if (is_met(dev, wanted)) break;
    std::vector<const Group*> order = groups;
    if (largest_first)
      std::stable_sort(order.begin(), order.end(), [](auto a, auto b) { return a->size() > b->size(); });
    DevGroups other(order, wanted, /*may_exceed=*/false);
    if (other.error() >= dev.error()) continue;
    dev = std::move(other);
    groups = std::move(order);
  }
  for (std::size_t g = 0; g < groups.size(); ++g) {
    auto& side = dev.taken[g] ? split.dev : split.train;
    side.insert(side.end(), groups[g]->begin(), groups[g]->end());
  }
  std::sort(split.train.begin(), split.train.end());
  std::sort(split.dev.begin(), split.dev.end());
  const std::string share = "dev_share = " + Value(dev_share).json();
  const auto why = [&] { return largest_group_text(groups, all, !examples.partners.empty()); };
  if (wanted == 0)
    throw Error(share + " leaves no examples for dev of the " + std::to_string(count) +
                " in the file; set it higher, or give a validation file with dev = \"...\"");
  if (split.train.empty() || split.dev.empty())
    throw Error(share + " leaves no examples for " + (split.dev.empty() ? "dev" : "train") + " of the " +
                std::to_string(count) + " in the file. " + why());
  if (!is_met(dev, wanted))
    split.note = share + " holds out " + std::to_string(split.dev.size()) + " of " + std::to_string(count) +
                 " examples, expected about " + std::to_string(wanted) + ". " + why();
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
