#include "export/precision_record.h"

#include <optional>

#include "io/digest.h"
#include "io/file.h"
#include "io/terminal_text.h"
#include "model/json_file.h"
#include "report/definition_list.h"
#include "report/html_text.h"
#include "run/run_environment.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kRecord = "precision.json";

std::string decimals(const char* format, const Value* number) {
  return number && !number->is(Value::Kind::null) ? formatted(format, number->number()) : "-";
}

TableRows score_rows(const Value& gate, const std::string& precision) {
  TableRows rows = {{"task", "metric", "file", "examples", "fp32", precision, "equal predictions, %"}};
  for (const Value& score : gate.at("scores").array()) {
    const Value* equal = score.find("equal_predictions");
    rows.push_back({score.at("task").string(), score.at("metric").string(), score.at("file").string(),
                    std::to_string(score.at("examples").integer()), decimals("%.4f", &score.at("fp32")),
                    decimals("%.4f", &score.at("reduced")),
                    equal ? formatted("%.1f", 100 * equal->number()) : "-"});
  }
  return rows;
}

TableRows vector_rows(const Value& gate) {
  TableRows rows = {
      {"measure", "value", "limit"},
      {"texts", std::to_string(gate.at("texts").integer()), "at least " + std::to_string(kMinGateTexts)},
      {"cosine, mean", decimals("%.5f", &gate.at("cosine_mean")),
       "at least " + formatted("%.3f", kMinCosineMean)},
      {"cosine, 0.1 % quantile", decimals("%.5f", &gate.at("cosine_quantile")),
       "at least " + formatted("%.2f", kMinCosineQuantile)},
      {"cosine, minimum", decimals("%.5f", &gate.at("cosine_min")), "-"}};
  if (const Value* nearest = gate.find("same_nearest"); nearest && !nearest->is(Value::Kind::null))
    rows.push_back({"same nearest text, %", formatted("%.1f", 100 * nearest->number()), "-"});
  return rows;
}

}  // namespace

bool has_precision_record(const fs::path& directory) {
  std::error_code error;
  return fs::is_regular_file(directory / kRecord, error);
}

void write_precision_record(const fs::path& directory, const PrecisionRecord& record) {
  Digest digest;
  for (const std::string& text : record.texts) digest.add(text + "\n");
  const RunEnvironment environment = this_environment(1, std::nullopt);
  const Value json = Value::Table{{"precision", record.precision},
                                  {"model", named_path(record.model).filename().string()},
                                  {"texts", fs::path(record.texts_file).filename().string()},
                                  {"texts_digest", digest.hex()},
                                  {"finished", environment.finished},
                                  {"machine", environment.machine},
                                  {"mtt", environment.mtt},
                                  {"gate", gate_json(record.gate)}};
  write_file_atomically(directory / kRecord, json.json() + "\n");
}

ReportPart precision_section(const fs::path& directory, const std::string& table_prefix) {
  const Value record = read_json(directory / kRecord);
  const Value& gate = record.at("gate");
  const std::string precision = record.at("precision").string();
  std::string failures;
  for (const Value& failure : gate.at("failures").array())
    failures += (failures.empty() ? "" : "; ") + failure.string();
  ReportPart part;
  part.markup = definition_list(
                    {{"result", failures.empty() ? "within the limits" : "difference too large: " + failures},
                     {"precision", precision + ", compared with fp32"},
                     {"model", record.at("model").string()},
                     {"texts", record.at("texts").string()},
                     {"date", record.at("finished").string()},
                     {"machine", record.at("machine").string()},
                     {"mtt", record.at("mtt").string()}}) +
                "<h3>Sentence vectors in " + html_text(precision) + " and fp32</h3>\n";
  part.add_table(table_prefix + "vectors", vector_rows(gate));
  if (gate.at("scores").array().empty()) return part;
  part.markup += "<h3>Scores in " + html_text(precision) + " and fp32</h3>\n";
  part.add_table(table_prefix + "precision", score_rows(gate, precision));
  return part;
}

}  // namespace mtt
