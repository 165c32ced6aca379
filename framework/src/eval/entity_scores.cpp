#include <algorithm>
#include <string_view>

#include "mtt/metrics.h"

namespace mtt {
namespace {

struct Tag {
  char prefix = 'O';
  std::string_view type;
};

Tag read_tag(const std::string& text) {
  if (text.empty() || text == "O") return {};
  const std::string_view view = text;
  return {view[0], view.size() > 1 && view[1] == '-' ? view.substr(2) : view.substr(1)};
}

bool starts(Tag before, Tag now, TagScheme scheme) {
  if (now.prefix == 'O') return false;
  if (scheme == TagScheme::strict_iob2) return now.prefix == 'B';
  return now.prefix == 'B' || before.prefix == 'O' || before.type != now.type;
}

bool goes_on(Tag before, Tag now) { return now.prefix == 'I' && before.type == now.type; }

}  // namespace

std::vector<Entity> entities(const std::vector<std::string>& tags, TagScheme scheme) {
  std::vector<Entity> found;
  bool open = false;
  Tag before;
  for (std::size_t i = 0; i < tags.size(); ++i) {
    const Tag now = read_tag(tags[i]);
    const auto at = static_cast<std::int32_t>(i);
    if (starts(before, now, scheme)) {
      found.push_back({std::string(now.type), {at, at + 1}});
      open = true;
    } else if (open && goes_on(before, now)) {
      found.back().span.end = at + 1;
    } else {
      open = false;
    }
    before = now;
  }
  return found;
}

F1 entity_f1(const std::vector<std::vector<Entity>>& predicted,
             const std::vector<std::vector<Entity>>& gold) {
  std::int64_t both = 0, guessed = 0;
  F1 result;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    guessed += static_cast<std::int64_t>(predicted[i].size());
    result.gold += static_cast<std::int64_t>(gold[i].size());
    for (const Entity& entity : predicted[i])
      both += std::find(gold[i].begin(), gold[i].end(), entity) != gold[i].end();
  }
  const auto ratio = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  result.precision = ratio(static_cast<double>(both), static_cast<double>(guessed));
  result.recall = ratio(static_cast<double>(both), static_cast<double>(result.gold));
  result.f1 = ratio(2.0 * static_cast<double>(both), static_cast<double>(guessed + result.gold));
  return result;
}

}  // namespace mtt
