#include "sweep/sweep_arms.h"

#include <algorithm>
#include <set>

#include "value/toml.h"

namespace mtt {
namespace {

constexpr std::string_view kTune = "tune.";

/// Whether all keys of a table can be parts of a dotted path.
bool is_branch(const Value& value) {
  return value.is(Value::Kind::table) && !value.table().empty() &&
         std::all_of(value.table().begin(), value.table().end(),
                     [](const auto& entry) { return is_plain(entry.key, "_-"); });
}

void check_key(const std::string& path, const Value& value) {
  if (path == "run.seed")
    value.refuse("run.seed is varied by the sweep; set the number of seeds with seeds in [sweep]");
  if (path == "run.threads")
    value.refuse("the runs of a sweep share the threads; remove run.threads, and give --threads and --jobs");
  if (path == "run.out")
    value.refuse("run.out is the directory of a single run; give that of the sweep with --out");
  if (path.starts_with("sweep")) value.refuse("a sweep cannot vary [sweep]");
}

struct Leaf {
  std::string path;
  const Value* value;
};

void collect(const std::string& path, const Value& value, std::vector<Leaf>& leaves) {
  if (!path.empty() && !is_branch(value)) {
    check_key(path, value);
    leaves.push_back({path, &value});
    return;
  }
  for (const auto& [key, item] : value.table()) collect(path.empty() ? key : path + "." + key, item, leaves);
}

std::vector<Leaf> leaves_of(const Value& table, const std::string& what) {
  if (!table.is(Value::Kind::table)) table.refuse(what + " is not a table");
  std::vector<Leaf> leaves;
  if (!table.table().empty()) collect("", table, leaves);
  return leaves;
}

Override assignment(const Leaf& leaf, const Value& value) {
  std::string place = value.place().str();
  return {leaf.path + "=" + toml_value_text(value), place.empty() ? "[sweep]" : place};
}

std::string last_part(const std::string& path) { return path.substr(path.rfind('.') + 1); }

/// Short names of keys, if they are not ambiguous.
std::vector<std::string> short_names(const std::vector<Leaf>& leaves) {
  std::multiset<std::string> names;
  for (const Leaf& leaf : leaves) names.insert(last_part(leaf.path));
  std::vector<std::string> result;
  for (const Leaf& leaf : leaves)
    result.push_back(names.count(last_part(leaf.path)) > 1 ? leaf.path : last_part(leaf.path));
  return result;
}

}  // namespace

bool is_plain(std::string_view text, std::string_view more) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           more.find(c) != std::string_view::npos;
  });
}

std::vector<GridPoint> read_grid(const Value& table, const std::string& what, std::string& axis) {
  const std::vector<Leaf> leaves = leaves_of(table, what);
  const std::vector<std::string> names = short_names(leaves);
  std::vector<GridPoint> points(1);
  bool numeric = true;
  for (std::size_t l = 0; l < leaves.size(); ++l) {
    const Value& values = *leaves[l].value;
    if (!values.is(Value::Kind::array) || values.array().empty())
      values.refuse("'" + leaves[l].path + "' is " + values.json() + "; a grid needs an array of values");
    std::set<std::string> seen;
    std::vector<GridPoint> product;
    if (points.size() * values.array().size() > kMostRuns)
      values.refuse("the grid has more than " + std::to_string(kMostRuns) + " combinations; remove some");
    for (const GridPoint& point : points) {
      seen.clear();
      for (const Value& value : values.array()) {
        if (!seen.insert(value.json()).second)
          value.refuse("'" + leaves[l].path + "' has the value " + value.json() + " twice; remove one");
        GridPoint& next = product.emplace_back(point);
        next.shown.label += (point.shown.label.empty() ? "" : " ") + names[l] + "=" +
                            (value.is(Value::Kind::string) ? value.string() : value.json());
        const bool is_number = value.is(Value::Kind::integer) || value.is(Value::Kind::number);
        if (is_number) next.shown.values.push_back(value.number());
        numeric = numeric && is_number;
        next.overrides.push_back(assignment(leaves[l], value));
      }
    }
    points = std::move(product);
  }
  axis = leaves.size() == 1 && numeric ? names[0] : "";
  return points;
}

std::vector<SweepArm> read_arms(const Value& table) {
  std::vector<SweepArm> arms;
  for (const auto& [name, value] : table.table()) {
    if (!is_plain(name, "_-.+"))
      value.refuse(Value(name).json() +
                   " is not a valid name for an arm; use letters, digits, '_', '-', '.' and '+'");
    SweepArm& arm = arms.emplace_back(SweepArm{name, {}});
    for (const Leaf& leaf : leaves_of(value, "the arm '" + name + "'")) {
      if (leaf.path == "tune")
        leaf.value->refuse("tune of the arm '" + name + "' is " + leaf.value->json() +
                           "; expected a table of keys, each with an array of the values to try");
      if (!leaf.path.starts_with(kTune)) arm.overrides.push_back(assignment(leaf, *leaf.value));
    }
    std::string axis;
    if (const Value* tune = value.is(Value::Kind::table) ? value.find("tune") : nullptr)
      arm.tuning = read_grid(*tune, "the values to try of the arm '" + name + "'", axis);
  }
  return arms;
}

Overrides assignments(const Value& table, const std::string& what) {
  Overrides changes;
  for (const Leaf& leaf : leaves_of(table, what)) changes.push_back(assignment(leaf, *leaf.value));
  return changes;
}

}  // namespace mtt
