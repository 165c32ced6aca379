#include "export/precision_record.h"

#include "io/digest.h"
#include "io/file.h"
#include "io/terminal_text.h"
#include "model/json_file.h"
#include "report/definition_list.h"
#include "report/html_text.h"
#include "report/number_table.h"

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

}  // namespace

bool has_precision_record(const fs::path& directory) {
  std::error_code error;
  return fs::is_regular_file(directory / kRecord, error);
}

void write_precision_record(const fs::path& directory, const std::string& precision, const fs::path& texts,
                            const PrecisionGate& gate) {
  const Value record =
      Value::Table{{"precision", precision}, {"texts_digest", file_digest(texts)}, {"gate", gate_json(gate)}};
  write_file_atomically(directory / kRecord, record.json() + "\n");
}

ReportPart precision_section(const fs::path& directory, const std::string& table_prefix) {
  const Value record = read_json(directory / kRecord);
  const Value& gate = record.at("gate");
  const std::string precision = record.at("precision").string();
  std::string verdict = "accepted";
  for (const Value& failure : gate.at("failures").array())
    verdict = (verdict == "accepted" ? "refused: " : verdict + "; ") + failure.string();
  ReportPart part;
  part.markup = definition_list({{"Precision", precision + ", compared with fp32"},
                                 {"Result", verdict},
                                 {"Texts", grouped(gate.at("texts").integer())},
                                 {"Cosine, mean", decimals("%.5f", &gate.at("cosine_mean"))},
                                 {"Cosine, 0.1 % quantile", decimals("%.5f", &gate.at("cosine_quantile"))},
                                 {"Cosine, minimum", decimals("%.5f", &gate.at("cosine_min"))}});
  if (gate.at("scores").array().empty()) return part;
  part.markup += "<h3>Scores in " + html_text(precision) + " and fp32</h3>\n";
  part.add_table(table_prefix + "precision", score_rows(gate, precision));
  return part;
}

}  // namespace mtt
