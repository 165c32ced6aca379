#include "data/jsonl.h"

#include "data/file_text.h"
#include "data/text_lines.h"
#include "mtt/error.h"
#include "value/json.h"

namespace mtt {

Value parse_jsonl_line(std::string_view line, const std::string& source, std::int64_t number) {
  const std::string place = source + ":" + std::to_string(number) + ":1: ";
  const std::size_t first = line.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    throw Error(place + "the line is blank, expected one JSON object per line; delete it");
  if (line[first] == '[')
    throw Error(place +
                "found a JSON array, expected a table: one JSON object per line, without brackets around "
                "all of them and commas between them");
  constexpr std::string_view kObject = "expected one JSON object per line, as in {\"text\": \"hello\"}";
  if (line[first] != '{')
    throw Error(source + ":" + std::to_string(number) + ":" + std::to_string(first + 1) +
                ": the line does not begin with '{', " + std::string(kObject));
  const std::size_t last = line.find_last_not_of(" \t\r\n");
  const std::string end = source + ":" + std::to_string(number) + ":" + std::to_string(last + 1) + ": ";
  if (last == first) throw Error(end + "the line ends here, expected one JSON object on a single line");
  if (line[last] == ',' && line[line.find_last_not_of(" \t\r\n,")] == '}')
    throw Error(end + "found a comma after the object, " + std::string(kObject) + "; remove the comma");
  Value row = parse_json_line(line, source, static_cast<std::int32_t>(number));
  row.table();
  return row;
}

std::vector<Value> parse_jsonl(std::string_view bytes, const std::string& source) {
  check_file_text(bytes, source);
  std::vector<Value> rows;
  std::vector<std::string> lines = split_lines(bytes, source);
  drop_blank_end(lines);
  for (const std::string& line : lines)
    rows.push_back(parse_jsonl_line(line, source, static_cast<std::int64_t>(rows.size()) + 1));
  return rows;
}

}  // namespace mtt
