#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "data/text_keys.h"
#include "data/text_lines.h"
#include "experiment/task_name.h"
#include "model/prediction_row.h"
#include "model/task_places.h"
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
  std::vector<std::string> task_names;

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

/// Which of the heads that predict give class probabilities, as their first predictions show.
class TopCheck {
 public:
  TopCheck(const std::vector<Task>& tasks, const Request& asked) : gives_(tasks.size()) {
    for (std::size_t t = 0; t < tasks.size(); ++t)
      if (asked.asks(t)) asked_.emplace_back(t, &tasks[t]);
  }

  void look(const std::vector<std::vector<Value>>& predictions) {
    for (const auto& [t, task] : asked_)
      for (std::size_t i = 0; i < predictions[t].size() && !gives_[t]; ++i)
        if (const Value& first = predictions[t][i]; !first.is(Value::Kind::null))
          gives_[t] = first.is(Value::Kind::table) && first.find("top") != nullptr;
  }
  bool complete() const {
    return std::all_of(asked_.begin(), asked_.end(),
                       [&](const auto& asked) { return gives_[asked.first].has_value(); });
  }
  /// Once: names the heads without probabilities; throws Error if no head has any.
  void report(Console& console) {
    if (std::exchange(reported_, true)) return;
    std::string without;
    bool any = false;
    for (const auto& [t, task] : asked_) {
      any = any || gives_[t].value_or(false);
      if (gives_[t].has_value() && !*gives_[t])
        without += (without.empty() ? "'" : ", '") + task->name + "' (" + task->plugin + ")";
    }
    if (without.empty()) return;
    if (!any) throw Error("--top: the heads give no class probabilities: " + without + "; remove --top");
    console.warn("--top: these heads give no class probabilities: " + without);
  }

 private:
  std::vector<std::pair<std::size_t, const Task*>> asked_;  ///< with their places
  std::vector<std::optional<bool>> gives_;
  bool reported_ = false;
};

/// Says which heads get texts of another key than they learned from; where all tasks read one key, --field
/// may rename it.
void warn_of_other_keys(const OpenModel& open, const std::string& field, Console& console) {
  const auto& task_data = open.task_data;
  const bool one_key = std::all_of(task_data.begin(), task_data.end(), [&](const TaskData& other) {
    return other.keys.text == task_data.front().keys.text;
  });
  if (field.empty() || one_key) return;
  std::string others;
  for (std::size_t t = 0; t < task_data.size(); ++t)
    if (task_data[t].keys.text != field)
      others += (others.empty() ? "'" : ", '") + open.encoder.model->tasks()[t].name + "' (" +
                Value(task_data[t].keys.text).json() + ")";
  if (!others.empty())
    console.warn("--field is " + Value(field).json() + ", but these tasks were trained on another key: " +
                 others + "; their predictions are also for the texts of " + Value(field).json() +
                 ". Call predict once for each key");
}

/// The key of the second texts: that of the tasks which read pairs.
std::string pair_field(const OpenModel& open) {
  const auto& tasks = open.encoder.model->tasks();
  std::optional<std::string> key;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const std::string& own = open.task_data[t].keys.pair;
    if (!tasks[t].reads_pairs()) continue;
    if (key.value_or(own) != own)
      throw Error("the tasks of this run read their second texts under different keys, " +
                  Value(*key).json() + " and " + Value(own).json() +
                  ", and a line of the input has one second text; score such a run with mtt evaluate");
    key = own;
  }
  return key.value_or(std::string(kTextPair));
}

/// Adds to a line of the output what its line of the input holds beside the text: keys that are taken stay
/// apart, under "input".
void add_other_keys(const Value& row, const std::string& field, const std::string& pair_field, Value& line) {
  Value apart{Value::Table{}};
  for (const auto& [key, value] : row.table()) {
    if (key == field || key == pair_field) continue;
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
  Request asked;
  asked.sentences = false;
  asked.predictions = true;
  asked.top = classes;
  asked.tasks = task_places(tasks, task_names);
  warn_of_other_keys(open, text.field, console);
  LineOutput output(text.output);
  const std::string pair = pair_field(open);
  const Error needs_pairs(
      "the heads of '" + model.model +
      "' read pairs of sentences; give JSONL with --field text, whose lines have the key '" + pair + "'");
  bool any = false;  // whether a line can have a prediction
  for (std::size_t t = 0; t < tasks.size(); ++t)
    any = any || (asked.asks(t) && tasks[t].reads_single_texts());
  if (!any && (text.field.empty() || text.field == pair)) throw needs_pairs;
  TopCheck top_check(tasks, asked);
  infer(open, text, pair, with_precision("predicting", open.precision), asked, console,
        [&](const TextWindow& window, Response& result) {
          const auto& [texts, second_texts, rows] = window.lines;
          any = any || !second_texts.empty();
          if (classes > 0) top_check.look(result.predictions);
          if (classes > 0 && top_check.complete()) top_check.report(console);
          for (std::size_t i = 0; i < texts.size(); ++i) {
            Value line = prediction_row(texts[i], second_texts.empty() ? std::nullopt : second_texts[i],
                                        tasks, result.predictions, static_cast<std::int64_t>(i));
            if (!rows.empty()) add_other_keys(rows[i], text.field, pair, line);
            output.add(line.json());
          }
          output.flush();
        });
  if (classes > 0) top_check.report(console);
  if (!any) throw needs_pairs;
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
  verb->add_option("--task", predict->task_names, "Task that predicts; may be repeated; default: all")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  verb->callback([predict] { predict->run(); });
}

}  // namespace mtt
