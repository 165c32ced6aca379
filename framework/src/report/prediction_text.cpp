#include "report/prediction_text.h"

#include "io/terminal_text.h"
#include "value/utf8.h"

namespace mtt {
namespace {

std::string marked(const Value::Array& entities, std::string_view text) {
  std::string line;
  const char* p = text.data();
  std::int64_t at = 0;
  const auto copy_to = [&](std::int64_t stop) {
    const char* const start = p;
    for (const char* const end = text.data() + text.size(); at < stop && p != end; ++at) read_code_point(p);
    line += printable(std::string_view(start, static_cast<std::size_t>(p - start)));
  };
  for (const Value& entity : entities) {
    copy_to(entity.at("start").integer());
    line += '[';
    copy_to(entity.at("end").integer());
    line += "](" + printable(entity.at("label").string()) + " " +
            formatted("%.2f", entity.at("score").number()) + ")";
  }
  copy_to(static_cast<std::int64_t>(text.size()));
  return line;
}

std::string listed(const Value::Array& labels, const Value& scores) {
  if (labels.empty()) return "no label";
  std::string line;
  for (const Value& label : labels)
    line += (line.empty() ? "" : ", ") + printable(label.string()) + " " +
            formatted("%.2f", scores.at(label.string()).number());
  return line;
}

}  // namespace

std::string prediction_text(const Value& prediction, std::string_view text) {
  if (prediction.is(Value::Kind::table)) {
    if (const Value* entities = prediction.find("entities")) return marked(entities->array(), text);
    const Value* labels = prediction.find("labels");
    const Value* scores = prediction.find("scores");
    if (labels && scores) return listed(labels->array(), *scores);
    const Value* label = prediction.find("label");
    const Value* score = prediction.find("score");
    if (label && score) return printable(label->string()) + " " + formatted("%.2f", score->number());
    if (const Value* value = prediction.find("value")) return formatted("%.2f", value->number());
  }
  return printable(prediction.json());
}

}  // namespace mtt
