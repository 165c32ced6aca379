#include "data/jsonl.h"

#include "data/file_text.h"
#include "data/text_lines.h"
#include "io/json.h"
#include "mtt/error.h"

namespace mtt {

std::vector<Value> parse_jsonl(std::string_view bytes, const std::string& source) {
  check_file_text(bytes, source);
  std::vector<Value> rows;
  std::vector<std::string> lines = split_lines(bytes, source);
  drop_blank_end(lines);
  for (const std::string& line : lines) {
    const std::string place = source + ":" + std::to_string(rows.size() + 1) + ":1: ";
    const std::size_t first = line.find_first_not_of(" \t");
    if (first == std::string::npos)
      throw Error(place + "the line is blank, expected one JSON object a line; delete it");
    if (line[first] == '[')
      throw Error(place +
                  "found a JSON array, expected a table: one JSON object a line, without brackets around "
                  "all of them and commas between them");
    Value row = parse_json_line(line, source, static_cast<std::int32_t>(rows.size() + 1));
    row.table();
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace mtt
