#include <algorithm>
#include <charconv>
#include <memory>

#include "data/text_lines.h"
#include "experiment/task_name.h"
#include "model/top_classes.h"
#include "mtt/error.h"
#include "output.h"
#include "text_option.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Predict {
  ModelOption model;
  TextOption text;
  std::string top;

  void run() const;
};

/// The number of classes that --top asks for; 0 without it.
std::int64_t class_count(const std::string& top) {
  if (top.empty()) return 0;
  if (top == "all") return kAllClasses;
  std::int64_t count = 0;
  const char* const end = top.data() + top.size();
  const auto result = std::from_chars(top.data(), end, count);
  if (result.ec != std::errc() || result.ptr != end || count < 1)
    throw Error("--top is '" + top + "'; expected a number of at least 1, or 'all'");
  return count;
}

/// Says which heads give no class probabilities; throws Error where none does.
void check_top(const std::vector<Task>& tasks, const std::vector<std::vector<Value>>& predictions,
               Console& console) {
  std::vector<std::string> without;
  bool any = false, asked = false;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    if (predictions[t].empty()) continue;
    asked = true;
    const Value& first = predictions[t].front();
    if (first.is(Value::Kind::table) && first.find("top") != nullptr)
      any = true;
    else
      without.push_back("'" + tasks[t].name + "' (" + tasks[t].plugin + ")");
  }
  if (!asked || without.empty()) return;
  std::string heads;
  for (const std::string& head : without) heads += (heads.empty() ? "" : ", ") + head;
  if (!any) throw Error("--top: the heads give no class probabilities: " + heads + "; remove --top");
  console.warn("--top: these heads give no class probabilities: " + heads);
}

/// Says which heads get texts of another key than they learned from; where all tasks read one key, --field
/// may rename it.
void warn_of_other_keys(const OpenModel& open, const std::string& field, Console& console) {
  const auto& keys = open.text_keys;
  const bool one_key = std::all_of(keys.begin(), keys.end(),
                                   [&](const TextKeys& other) { return other.text == keys.front().text; });
  if (field.empty() || one_key) return;
  std::string others;
  for (std::size_t t = 0; t < keys.size(); ++t)
    if (keys[t].text != field)
      others += (others.empty() ? "'" : ", '") + open.encoder.model->tasks()[t].name + "' (" +
                Value(keys[t].text).json() + ")";
  if (!others.empty())
    console.warn("--field is " + Value(field).json() + ", but these tasks were trained on another key: " +
                 others + "; their predictions are also for the texts of " + Value(field).json() +
                 ". Call predict once for each key");
}

/// Adds to a line of the output what its line of the input holds beside the text: keys that are taken stay
/// apart, under "input".
void add_other_keys(const Value& row, const std::string& field, Value& line) {
  Value apart{Value::Table{}};
  for (const auto& [key, value] : row.table()) {
    if (key == field || key == kTextPair) continue;
    (key == kInputKey || line.find(key) != nullptr ? apart : line).set(key, value);
  }
  if (!apart.table().empty()) line.set(kInputKey, std::move(apart));
}

void Predict::run() const {
  text.check();
  const std::int64_t classes = class_count(top);
  Console console;
  const OpenModel open = open_model(model, Heads::used, console);
  const auto& tasks = open.encoder.model->tasks();
  if (tasks.empty())
    throw Error(
        "'" + model.model +
        "' is a model without heads; give the directory of a run, or use 'mtt encode' for its vectors");
  warn_of_other_keys(open, text.field, console);
  LineOutput output(text.output);
  bool checked = false;
  infer(open, text, "predicting", /*predictions=*/true, classes, console,
        [&](const TextWindow& window, InferenceResult& result) {
          const auto& [texts, partners, rows] = window.lines;
          if (!checked && !predicts(*open.encoder.model) && partners.empty())
            throw Error("the heads of '" + model.model +
                        "' read pairs of sentences; give JSONL with --field text, whose lines have the key "
                        "'text_pair'");
          if (!checked && classes > 0) check_top(tasks, result.predictions, console);
          checked = true;
          for (std::size_t i = 0; i < texts.size(); ++i) {
            Value line = prediction_row(texts[i], partners.empty() ? nullptr : &partners[i], tasks,
                                        result.predictions, static_cast<std::int64_t>(i));
            if (!rows.empty()) add_other_keys(rows[i], text.field, line);
            output.add(line.json());
          }
          output.flush();
        });
  output.finish();
}

}  // namespace

void add_predict(CLI::App& app) {
  auto predict = std::make_shared<Predict>();
  CLI::App* verb = app.add_subcommand("predict", "Compute the predictions of all heads in one pass");
  predict->model.add_to(*verb);
  predict->text.add_to(*verb, {".jsonl"});
  verb->add_option(
          "--top", predict->top,
          "Add 'top' to each prediction: the K most probable classes, or all, with their probabilities")
      ->type_name("K|all");
  verb->callback([predict] { predict->run(); });
}

}  // namespace mtt
