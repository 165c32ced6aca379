#include "export/recommendation_section.h"

#include "export/sweep_section.h"
#include "io/terminal_text.h"
#include "model/json_file.h"
#include "report/html_text.h"
#include "report/number_table.h"
#include "sweep/sweep_run.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kRecommendation = "recommendation.json";
constexpr const char* kSweep = "sweep";

std::string points(const Value& score) {
  return score.is(Value::Kind::null) ? "-" : formatted("%.1f", 100 * score.number());
}

std::string with_half(const Value& strategy, const std::string& key) {
  const Value& half = strategy.at(key + "_half");
  return points(strategy.at(key)) + (half.is(Value::Kind::null) ? "" : " ± " + points(half));
}

TableRows strategy_rows(const Value& recommendation) {
  TableRows rows = {{"strategy", "measured", "predicted", "difference from the best", "minutes",
                     "trainable parameters", "MB", "result"}};
  for (const Value& strategy : recommendation.at("strategies").array()) {
    const Value& minutes = strategy.at("minutes");
    rows.push_back({strategy.at("strategy").string(), with_half(strategy, "measured"),
                    points(strategy.at("predicted")), with_half(strategy, "behind"),
                    minutes.is(Value::Kind::null) ? "-" : formatted("%.1f", minutes.number()),
                    std::to_string(strategy.at("trainable_parameters").integer()),
                    formatted("%.1f", strategy.at("stored_mb").number()), strategy.at("standing").string()});
  }
  return rows;
}

}  // namespace

bool is_recommendation_directory(const fs::path& directory) {
  std::error_code error;
  return fs::is_regular_file(directory / kRecommendation, error);
}

ReportPart recommendation_section(const fs::path& directory, const std::string& table_prefix) {
  const Value recommendation = read_json(directory / kRecommendation);
  ReportPart part;
  part.markup = "<p>" + html_text(recommendation.at("reason").string()) +
                "</p>\n<p class=\"legend\">Scores are in points, on the validation set.</p>\n";
  part.add_table(table_prefix + "strategies", strategy_rows(recommendation));
  if (is_sweep_directory(directory / kSweep))
    part.add(sweep_section(read_sweep(directory / kSweep), directory / kSweep, table_prefix));
  return part;
}

}  // namespace mtt
