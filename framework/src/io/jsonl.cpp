#include "io/jsonl.h"

#include <algorithm>

#include "value/json.h"

namespace mtt {

std::vector<Value> parse_json_lines(std::string_view text, const std::string& source) {
  std::vector<Value> rows;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    rows.push_back(parse_json_line(text.substr(0, end), source, static_cast<std::int32_t>(rows.size() + 1)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return rows;
}

std::string_view whole_lines(std::string_view text) { return text.substr(0, text.rfind('\n') + 1); }

}  // namespace mtt
