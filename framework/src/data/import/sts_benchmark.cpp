#include <algorithm>
#include <memory>

#include "data/file_text.h"
#include "data/import/parsers.h"
#include "data/text_keys.h"
#include "data/text_lines.h"
#include "mtt/error.h"
#include "mtt/label_set.h"

namespace mtt {
namespace {

constexpr double kMostSimilar = 5;

/// Which column holds what.
struct Columns {
  std::size_t file = 1, score = 4, first = 5, second = 6;
  std::size_t count = 7;       ///< how many a line has at least
  bool sources_behind = true;  ///< what stands behind them is where the sentences come from
};

std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells;
  while (true) {
    const std::size_t tab = line.find('\t');
    cells.emplace_back(line.substr(0, tab));
    if (tab == std::string_view::npos) return cells;
    line.remove_prefix(tab + 1);
  }
}

bool is_header(const std::vector<std::string>& cells) {
  return std::find(cells.begin(), cells.end(), "sentence1") != cells.end();
}

Columns columns_of(const std::vector<std::string>& header, const Place& place) {
  const auto column = [&](std::string_view name) {
    const auto found = std::find(header.begin(), header.end(), name);
    if (found == header.end())
      throw Error(place.prefix() + "the header has no column \"" + std::string(name) +
                  "\", expected filename, score, sentence1 and sentence2");
    return static_cast<std::size_t>(found - header.begin());
  };
  return {column("filename"),  column("score"), column("sentence1"),
          column("sentence2"), header.size(),   false};
}

Value example(std::vector<std::string> cells, const Columns& columns, const Place& place) {
  if (cells.size() < columns.count || (cells.size() > columns.count && !columns.sources_behind))
    throw Error(place.prefix() + "found " + std::to_string(cells.size()) +
                (cells.size() == 1 ? " column" : " columns") + " between tabs, expected " +
                (columns.sources_behind ? "genre, file, year, id, score and two sentences"
                                        : std::to_string(columns.count) + " as in the header"));
  Place score_place = place;
  for (std::size_t i = 0; i < columns.score; ++i)
    score_place.column += static_cast<std::int32_t>(cells[i].size()) + 1;
  const Value score = Value(cells[columns.score]).placed(std::move(score_place));
  const double similarity = label_number(score);
  if (similarity < 0 || similarity > kMostSimilar)
    score.refuse("found the score " + cells[columns.score] + ", expected a number from 0 to 5");
  Value row(Value::Table{{"text", cells[columns.first]},
                         {std::string(kTextPair), cells[columns.second]},
                         {"similarity", similarity},
                         {"genre", cells[columns.file]}});
  Value::Array sources;
  for (std::size_t i = columns.count; i < cells.size(); ++i)
    if (!cells[i].empty()) sources.emplace_back(std::move(cells[i]));
  if (!sources.empty()) row.set("attribution", std::move(sources));
  return row.placed(place);
}

}  // namespace

void import_sts_benchmark(std::string_view bytes, const std::string& source, Imported& data) {
  check_file_text(bytes, source);
  Place place{std::make_shared<const std::string>(source), 0, 1};
  Columns columns;
  for (const std::string& line : split_lines(bytes, source)) {
    ++place.line;
    std::vector<std::string> cells = cells_of(line);
    if (place.line == 1 && is_header(cells))
      columns = columns_of(cells, place);
    else
      data.add("", example(std::move(cells), columns, place));
  }
}

}  // namespace mtt
