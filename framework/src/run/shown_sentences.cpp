#include "run/shown_sentences.h"

#include <algorithm>
#include <vector>

#include "data/text_source.h"
#include "eval/cosine.h"
#include "io/file.h"
#include "io/npy.h"
#include "io/terminal_text.h"
#include "model/prediction_row.h"
#include "report/embedding_text.h"
#include "report/prediction_text.h"
#include "report/similarity_matrix.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostMatrixRows = 16;
constexpr std::size_t kMostDrawn = 100;
constexpr std::size_t kMostListed = 50;

std::vector<std::string> shown_sentences(const Experiment& experiment) {
  std::vector<std::string> sentences = experiment.show.strings("sentences");
  if (const std::string& file = experiment.show.string("file"); !file.empty())
    for (std::string& line : read_texts(file)) sentences.push_back(std::move(line));
  return sentences;
}

}  // namespace

void show_sentences(const Experiment& experiment, const fs::path& directory, const Encoder& encoder,
                    Session& session, const std::set<std::string>& example_texts, Messages& messages) {
  const std::vector<std::string> texts = shown_sentences(experiment);
  if (texts.empty()) return;
  for (const std::string& text : texts)
    if (example_texts.contains(text))
      messages.warn("the shown sentence " + Value(text).json() +
                    " is also among the examples; its predictions say nothing about unseen texts");
  const auto& tasks = encoder.model->tasks();
  Response result;
  {
    const auto progress = messages.progress("encoding", static_cast<std::int64_t>(texts.size()));
    result =
        session.run({.texts = texts,
                     .predictions = encoder.model->reads_single_texts(),
                     .progress = [&](std::int64_t done, double share) { progress->update(done, share); }});
  }
  const at::Tensor& sentences = result.sentences;
  write_npy(directory / "embeddings.npy", sentences.const_data_ptr<float>(), sentences.sizes().vec());
  messages.say(embedding_text(sentences.const_data_ptr<float>(), static_cast<std::size_t>(sentences.size(1)),
                              texts, kMostListed));
  if (result.truncated > 0)
    messages.warn(std::to_string(result.truncated) + " shown sentences were truncated to " +
                  std::to_string(encoder.max_tokens) + " tokens");

  const std::size_t drawn = std::min(texts.size(), kMostDrawn);
  const auto values = cosine_similarities(sentences.const_data_ptr<float>(), drawn,
                                          static_cast<std::size_t>(sentences.size(1)));
  write_file_atomically(
      directory / "similarity.svg",
      similarity_svg(values, {texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(drawn)}));
  messages.say("\nCosine similarities (in similarity.svg)\n" +
               similarity_text(values, drawn, kMostMatrixRows, colours_wanted()));
  if (!encoder.model->reads_single_texts()) return;

  std::string lines;
  for (std::size_t i = 0; i < texts.size(); ++i)
    lines += prediction_row(texts[i], std::nullopt, tasks, result.predictions, static_cast<std::int64_t>(i))
                 .json() +
             "\n";
  write_file_atomically(directory / "predictions.jsonl", lines);
  std::string text = "\nPredictions (in predictions.jsonl)\n";
  for (std::size_t i = 0; i < std::min(texts.size(), kMostListed); ++i) {
    text += formatted("%4.0f ", static_cast<double>(i + 1)) + shortened(printable(texts[i]), 100) + "\n";
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (!tasks[t].reads_single_texts()) continue;
      text += "       " + padded(tasks[t].name, 12) + " " +
              prediction_text(result.predictions[t][i], texts[i]) +
              (tasks[t].trained ? "" : "  (untrained)") + "\n";
    }
  }
  messages.say(text);
}

}  // namespace mtt
