#include "data/text_lines.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "io/file.h"
#include "io/json.h"
#include "mtt/error.h"
#include "text/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 34;

std::string read_standard_input() {
  std::string bytes;
  char buffer[65536];
  while (true) {
    const std::size_t got = std::fread(buffer, 1, sizeof buffer, stdin);
    bytes.append(buffer, got);
    if (got > 0) continue;
    if (std::ferror(stdin) != 0 && errno != EINTR) throw Error("standard input cannot be read");
    if (std::feof(stdin) != 0) return bytes;
    std::clearerr(stdin);
  }
}

}  // namespace

std::vector<std::string> split_lines(std::string_view bytes, const std::string& source) {
  if (bytes.starts_with("\xEF\xBB\xBF"))
    throw Error(source + ":1: the file begins with a byte order mark; save it as UTF-8 without one");
  std::vector<std::string> lines;
  while (!bytes.empty()) {
    const std::size_t end = std::min(bytes.find('\n'), bytes.size());
    std::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    const std::size_t bad = find_invalid_utf8(line);
    if (bad != std::string_view::npos) {
      throw Error(source + ":" + std::to_string(lines.size() + 1) + ":" + std::to_string(bad + 1) +
                  ": the byte here is not valid UTF-8; save the file as UTF-8");
    }
    lines.emplace_back(line);
  }
  return lines;
}

void drop_blank_end(std::vector<std::string>& lines) {
  while (!lines.empty() && lines.back().find_first_not_of(" \t") == std::string::npos) lines.pop_back();
}

TextLines read_texts(const std::string& path, const std::string& field) {
  const bool from_input = path == "-";
  const std::string source = from_input ? "standard input" : path;
  TextLines result;
  std::vector<std::string>& lines = result.texts;
  lines = split_lines(from_input ? read_standard_input() : read_file(path, kMostBytes), source);
  if (field.empty() && path.ends_with(".jsonl"))
    throw Error("file '" + path +
                "' ends in .jsonl, so a line is no text but an object; name the key of its text, "
                "as in --field text");
  if (field.empty()) return result;
  drop_blank_end(lines);
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const Value row = parse_json_line(lines[i], source, static_cast<std::int32_t>(i + 1));
    if (const Value* partner = row.find(kTextPair)) result.partners.push_back(partner->string());
    if (!result.partners.empty() && result.partners.size() != i + 1)
      row.refuse("the key 'text_pair' is in some lines and not in others; give it in every line or in none");
    std::string text = row.at(field).string();
    lines[i] = std::move(text);
  }
  return result;
}

}  // namespace mtt
