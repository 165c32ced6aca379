#include "data/text_source.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <utility>

#include "data/jsonl.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "value/utf8.h"

namespace mtt {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kMostWindowBytes = std::size_t{4} << 20;
constexpr std::size_t kMostShown = 60;
constexpr auto kPatience = std::chrono::milliseconds(50);

bool has_ending(const std::string& path, const std::string& ending) {
  std::string own = std::filesystem::path(path).extension().string();
  for (char& c : own)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return own == ending;
}

int milliseconds_until(Clock::time_point time) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(time - Clock::now()).count();
  return left > 0 ? static_cast<int>(left) : 0;
}

}  // namespace

TextSource::TextSource(const std::string& path, const std::string& field, const std::string& remedy,
                       std::string pair_field)
    : lines_(path),
      field_(field),
      pair_field_(std::move(pair_field)),
      is_table_(has_ending(path, ".csv") || has_ending(path, ".tsv")) {
  if (field.empty() && (is_table_ || has_ending(path, ".jsonl")))
    throw Error("file '" + path + "' ends in " + std::filesystem::path(path).extension().string() +
                ", so a line is not a text but " + (is_table_ ? "a record" : "an object") + "; " + remedy);
  if (!is_table_) return;
  const auto more = [this](std::string& buffer) {
    std::string line;
    const bool there = lines_.next(line);
    if (there) check(line);
    buffer += line;
    return there;
  };
  table_.emplace(more, has_ending(path, ".tsv") ? '\t' : ',', lines_.source());
  std::string columns;
  for (const Value& name : table_->header()) {
    if (name.string() == field_) return;
    columns += (columns.empty() ? "" : ", ") + name.json();
  }
  throw Error(lines_.source() + ":1: there is no column " + Value(field_).json() + "; the columns are " +
              columns + separator_hint(table_->header(), has_ending(path, ".tsv") ? '\t' : ',') +
              "; expected it, or a column that --field names");
}

void TextSource::check(const std::string& line) const {
  const std::string place = lines_.source() + ":" + std::to_string(lines_.number()) + ":";
  if (const std::size_t bad = find_invalid_utf8(line); bad != std::string::npos)
    throw Error(place + std::to_string(bad + 1) +
                ": the byte here is not valid UTF-8; save the file as UTF-8");
  if (const std::size_t nul = is_table_ ? line.find('\0') : std::string::npos; nul != std::string::npos)
    throw Error(place + std::to_string(nul + 1) +
                ": found a NUL byte, expected text; save the file as UTF-8");
  if (is_table_ || lines_.number() > 1 || !line.starts_with("\xEF\xBB\xBF")) return;
  throw Error(place + " the file begins with a byte order mark; save it as UTF-8 without one");
}

bool TextSource::next_line(std::string& line) {
  if (!lines_.next(line)) return false;
  check(line);
  if (line.ends_with('\n')) line.pop_back();
  if (line.ends_with('\r')) line.pop_back();
  return true;
}

void TextSource::refuse_first_line(const std::string& line) const {
  throw Error(
      lines_.source() + ":1: found " + Value(shortened(line, kMostShown)).json() +
      ", expected a JSON object, since the text has a key (--field). A table is read from a file whose "
      "name ends in .csv or .tsv; give it with --input");
}

std::optional<Value> TextSource::next_row() {
  if (table_) return table_->next();
  std::string line;
  std::int64_t blank_number = 0;
  while (next_line(line)) {
    const bool is_blank = line.find_first_not_of(" \t") == std::string::npos;
    if (blank_number > 0 && !is_blank) parse_jsonl_line("", lines_.source(), blank_number);  // refuses it
    if (!is_blank) {
      if (lines_.number() == 1 && line[line.find_first_not_of(" \t")] != '{') refuse_first_line(line);
      return parse_jsonl_line(line, lines_.source(), lines_.number());
    }
    if (blank_number == 0) blank_number = lines_.number();
  }
  return std::nullopt;
}

void TextSource::add_row(Value row, TextLines& lines) {
  if (!row.find(field_)) {
    std::string keys;
    for (const auto& [key, value] : row.table()) keys += (keys.empty() ? "" : ", ") + Value(key).json();
    row.refuse("the key " + Value(field_).json() + " is missing, the line has " + keys +
               "; give the key of the text with --field");
  }
  const Value* second = field_ == pair_field_ ? nullptr : row.find(pair_field_);
  const bool empty_cell = is_table_ && second && second->string().empty();
  if (second && !second->is(Value::Kind::null) && !empty_cell) {
    lines.second_texts.resize(lines.texts.size());
    lines.second_texts.emplace_back(second->string());
  } else if (!lines.second_texts.empty()) {
    lines.second_texts.emplace_back();
  }
  lines.texts.push_back(row.at(field_).string());
  lines.rows.push_back(std::move(row));
}

TextLines TextSource::next(std::size_t most) {
  TextLines lines;
  std::size_t bytes = 0;
  Clock::time_point deadline;
  while (lines.texts.size() < most && bytes < kMostWindowBytes) {
    if (lines.texts.size() == 1) deadline = Clock::now() + kPatience;
    if (!lines.texts.empty() && !lines_.ready(milliseconds_until(deadline))) break;
    if (field_.empty()) {
      std::string line;
      if (!next_line(line)) break;
      lines.texts.push_back(std::move(line));
    } else {
      std::optional<Value> row = next_row();
      if (!row) break;
      add_row(std::move(*row), lines);
    }
    bytes += lines.texts.back().size();
    if (!lines.second_texts.empty()) bytes += lines.second_texts.back().value_or("").size();
  }
  return lines;
}

std::vector<std::string> read_texts(const std::string& path, const std::string& field) {
  TextSource source(path, field, "give a file with one text per line");
  std::vector<std::string> texts;
  while (true) {
    std::vector<std::string> more = source.next(kMostWindowBytes).texts;
    if (more.empty()) return texts;
    std::move(more.begin(), more.end(), std::back_inserter(texts));
  }
}

}  // namespace mtt
