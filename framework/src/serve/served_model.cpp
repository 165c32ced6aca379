#include "serve/served_model.h"

#include <ctime>

#include "mtt/error.h"
#include "value/listed.h"

namespace mtt {

ServedModel::ServedModel(const OpenModel& open, const ServeLimits& limits)
    : open_(&open), limits_(limits), name_(open.path.filename().string()), created_(std::time(nullptr)) {}

std::optional<std::string> ServedModel::prompt(const std::optional<std::string>& name) const {
  if (!name) return std::nullopt;
  const auto& prompts = open_->encoder.directory.prompts;
  const auto found = prompts.find(*name);
  if (found != prompts.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [other, text] : prompts) known.push_back(other);
  throw Error("the model has no prompt " + Value(*name).json() + "; it has " +
              (known.empty() ? "none" : listed(known)));
}

bool ServedModel::allows_width(std::int64_t width) const {
  if (width < 1 || width >= this->width()) return width == this->width();
  return open_->encoder.directory.smaller_widths.allow(width);
}

}  // namespace mtt
