#include "export/run_facts.h"

#include <cmath>

#include "io/terminal_text.h"
#include "report/definition_list.h"
#include "report/html_text.h"
#include "report/number_table.h"

namespace mtt {
namespace {

/// "folder/file.jsonl (0.1 of it)": the last folder and the name.
std::string short_path(const std::string& file) {
  const std::size_t last = file.rfind('/', file.find(" ("));
  if (last == std::string::npos || last == 0) return file;
  const std::size_t before = file.rfind('/', last - 1);
  return before == std::string::npos ? file : file.substr(before + 1);
}

/// "2026-03-01T12:30:00Z" as "2026-03-01 12:30 UTC".
std::string date_text(const std::string& iso) {
  return iso.size() == 20 ? iso.substr(0, 10) + " " + iso.substr(11, 5) + " UTC" : iso;
}

const Value* cost_of(const ReportedRun& run, const char* key) {
  const Value* value = run.cost.is(Value::Kind::table) ? run.cost.find(key) : nullptr;
  return value && !value->is(Value::Kind::null) ? value : nullptr;
}

std::string training_text(const ReportedRun& run) {
  const Value* steps = cost_of(run, "steps");
  if (!steps) return "";
  std::string text = grouped(steps->integer()) + (steps->integer() == 1 ? " step" : " steps");
  if (const Value* seconds = cost_of(run, "seconds")) text += ", " + duration_text(seconds->number());
  return text;
}

std::string best_text(const ReportedRun& run) {
  const Value* best = cost_of(run, "best");
  if (!best) return "";
  return "step " + grouped(best->at("step").integer()) + ", by the score '" + best->at("score").string() +
         "' of the validation set (" + formatted("%.4f", best->at("value").number()) + ")";
}

std::string model_text(const ReportedRun& run) {
  const Value* backbone = run.summary.config.find("backbone");
  const Value* model = backbone && backbone->is(Value::Kind::table) ? backbone->find("model") : nullptr;
  return model && model->is(Value::Kind::string) ? model->string() : "";
}

std::string score_cards(const ReportedRun& run) {
  std::string cards;
  for (const auto& [name, value] : main_scores(run.summary.scores)) {
    std::string probe;
    for (const auto& [probed, score] : run.summary.probes)
      if (probed == name && std::isfinite(score)) probe = "probe " + formatted("%.4f", score);
    cards += "<li><small>" + html_text(name) + "</small><b>" +
             (std::isfinite(value) ? formatted("%.4f", value) : "-") + "</b>" +
             (probe.empty() ? "" : "<small>" + probe + "</small>") + "</li>\n";
  }
  return cards.empty() ? "" : "<ul class=\"cards\">\n" + cards + "</ul>\n";
}

TableRows data_rows(const RunEnvironment& environment) {
  TableRows rows = {{"set", "file", "tasks", "examples"}};
  for (const char* use : {"training", "validation", "test"})
    for (const DataFile& one : environment.data) {
      if (one.use != use) continue;
      std::string tasks;
      for (const std::string& task : one.tasks) tasks += (tasks.empty() ? "" : ", ") + task;
      rows.push_back({one.use + " set", short_path(one.file), tasks, grouped(one.examples)});
    }
  return rows;
}

}  // namespace

ReportPart run_facts(const ReportedRun& run, const std::string& table_prefix) {
  Facts facts;
  if (run.environment) {
    const RunEnvironment& known = *run.environment;
    facts = {{"finished", date_text(known.finished)},
             {"duration", known.seconds ? duration_text(*known.seconds) : ""},
             {"machine", known.machine + ", " + std::to_string(known.threads) +
                             (known.threads == 1 ? " thread" : " threads")},
             {"software", "mtt " + known.mtt + ", LibTorch " + known.libtorch}};
  }
  const Value* parameters = cost_of(run, "learning_parameters");
  const Value* memory = cost_of(run, "peak_memory_mb");
  facts.insert(facts.end(), {{"encoder", model_text(run)},
                             {"training", training_text(run)},
                             {"weights kept", best_text(run)},
                             {"trainable parameters", parameters ? grouped(parameters->integer()) : ""},
                             {"peak memory", memory ? formatted("%.0f", memory->number()) + " MB" : ""},
                             {"directory", run.directory.string()}});
  ReportPart part{score_cards(run) + definition_list(facts)};
  if (run.environment) part.add_table(table_prefix + "data", data_rows(*run.environment));
  return part;
}

}  // namespace mtt
