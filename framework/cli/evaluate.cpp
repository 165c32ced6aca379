#include <algorithm>
#include <cstdio>
#include <memory>

#include "data/examples.h"
#include "model/score_text.h"
#include "model/task_building.h"
#include "model_option.h"
#include "mtt/error.h"
#include "mtt/metrics.h"
#include "report/similarity_matrix.h"
#include "verbs.h"

namespace mtt {
namespace {

constexpr const char* kPair = "text_pair";
constexpr const char* kSimilarity = "similarity";

struct Evaluate {
  ModelOption model;
  std::string data;
  bool json = false;

  void run() const;
};

std::vector<double> pair_cosines(const OpenModel& open, const Examples& examples) {
  std::vector<std::string> texts = examples.texts;
  for (const Value& row : examples.rows) texts.push_back(row.at(kPair).string());
  const auto result = open.inference().run(texts, {.sentences = true, .predictions = false, .progress = {}});
  const auto count = static_cast<std::int64_t>(examples.texts.size());
  const std::int64_t width = result.sentences.size(1);
  const float* data = result.sentences.const_data_ptr<float>();
  std::vector<double> cosines;
  std::vector<float> two(2 * width);
  for (std::int64_t i = 0; i < count; ++i) {
    std::copy_n(data + i * width, width, two.begin());
    std::copy_n(data + (count + i) * width, width, two.begin() + width);
    cosines.push_back(cosine_similarities(two.data(), 2, static_cast<std::size_t>(width))[1]);
  }
  return cosines;
}

TaskScore score_pairs(const OpenModel& open, const Examples& examples, const std::string& file) {
  const std::vector<double> cosines = pair_cosines(open, examples);
  std::vector<double> gold;
  for (const Value& row : examples.rows) gold.push_back(row.at(kSimilarity).number());
  return {"similarity",
          file,
          static_cast<std::int64_t>(gold.size()),
          {{"cosine_spearman", spearman(cosines, gold)}, {"cosine_pearson", pearson(cosines, gold)}}};
}

void Evaluate::run() const {
  Console console;
  const OpenModel open = open_model(model, console);
  const auto& tasks = open.encoder.model->tasks();
  ExampleFiles files(open.text_field);
  std::vector<TaskScore> scores;
  std::vector<HeldOut> held_out;
  if (!data.empty()) {
    const Examples& examples = files.get(data);
    if (examples.rows.front().find(kPair) && examples.rows.front().find(kSimilarity))
      scores.push_back(score_pairs(open, examples, data));
  }
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const std::string& file = data.empty() ? open.test_files[t] : data;
    if (!file.empty()) held_out.push_back({t, open.fields[t], file});
  }
  for (TaskScore& score : score_tasks(held_out, files, open.inference(), *open.encoder.model))
    if (data.empty() || score.examples > 0) scores.push_back(std::move(score));
  if (scores.empty() && data.empty())
    throw Error("'" + model.model + "' names no held-out examples; give some with --data FILE");
  if (scores.empty())
    throw Error("file '" + data + "' has nothing to score: neither labels for a task of '" + model.model +
                "' nor the keys 'text_pair' and 'similarity'");
  for (const TaskScore& score : scores)
    console.say(json ? score_json(score).json() + "\n" : score_text(score));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto evaluate = std::make_shared<Evaluate>();
  CLI::App* verb = app.add_subcommand("evaluate", "Scores of heads, or of vectors on pairs of sentences");
  evaluate->model.add_to(*verb);
  verb->add_option("--data", evaluate->data,
                   "JSONL with labels for the tasks, or with text, text_pair and similarity; without it the "
                   "run's own test files")
      ->type_name("FILE");
  verb->add_flag("--json", evaluate->json, "One JSON object a task");
  verb->callback([evaluate] { evaluate->run(); });
}

}  // namespace mtt
