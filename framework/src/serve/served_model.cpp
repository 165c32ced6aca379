#include "serve/served_model.h"

#include <algorithm>
#include <ctime>

#include "mtt/error.h"
#include "value/listed.h"

namespace mtt {

namespace {

std::string listed_or_none(const std::vector<std::string>& names) {
  return names.empty() ? "none" : listed(names);
}

}  // namespace

ServedModel::ServedModel(const OpenModel& open, const ServeLimits& limits)
    : open_(&open), limits_(limits), name_(open.path.filename().string()), created_(std::time(nullptr)) {}

std::vector<std::size_t> ServedModel::places_of(const std::vector<std::string>& names) const {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(tasks().begin(), tasks().end(), [&](const Task& task) { return task.name == name; });
    if (found == tasks().end()) {
      std::vector<std::string> known;
      for (const Task& task : tasks()) known.push_back(task.name);
      throw Error("the model has no task " + Value(name).json() + "; it has " + listed_or_none(known));
    }
    places.push_back(static_cast<std::size_t>(found - tasks().begin()));
  }
  std::sort(places.begin(), places.end());
  places.erase(std::unique(places.begin(), places.end()), places.end());
  return places;
}

std::optional<std::string> ServedModel::prompt(const std::optional<std::string>& name) const {
  if (!name) return std::nullopt;
  const auto& prompts = open_->encoder.directory.prompts;
  const auto found = prompts.find(*name);
  if (found != prompts.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [other, text] : prompts) known.push_back(other);
  throw Error("the model has no prompt " + Value(*name).json() + "; it has " + listed_or_none(known));
}

bool ServedModel::allows_width(std::int64_t width) const {
  if (width == this->width()) return true;
  const ModelDirectory& directory = open_->encoder.directory;
  if (width < 1 || width > this->width()) return false;
  if (directory.truncate > 0) return true;
  if (!directory.config.is(Value::Kind::table)) return false;
  if (const Value* widths = directory.config.find("matryoshka_dimensions");
      widths != nullptr && widths->is(Value::Kind::array))
    return std::any_of(widths->array().begin(), widths->array().end(), [&](const Value& allowed) {
      return allowed.is(Value::Kind::integer) && allowed.integer() == width;
    });
  const Value* any = directory.config.find("is_matryoshka");
  return any != nullptr && any->is(Value::Kind::boolean) && any->boolean();
}

}  // namespace mtt
