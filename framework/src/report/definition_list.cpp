#include "report/definition_list.h"

#include <cmath>

#include "io/terminal_text.h"
#include "report/html_text.h"

namespace mtt {

std::string definition_list(const Facts& facts) {
  std::string list = "<dl class=\"facts\">\n";
  for (const auto& [name, fact] : facts)
    if (!fact.empty()) list += "<dt>" + html_text(name) + "</dt><dd>" + html_text(fact) + "</dd>\n";
  return list + "</dl>\n";
}

std::string duration_text(double seconds) {
  if (!std::isfinite(seconds)) return "";
  if (seconds < 59.95) return formatted("%.1f", seconds) + " s";
  const auto whole = static_cast<long>(std::lround(seconds));
  if (whole < 3600) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
  return std::to_string(whole / 3600) + " h " + std::to_string(whole % 3600 / 60) + " min";
}

}  // namespace mtt
