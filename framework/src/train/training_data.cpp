#include "train/training_data.h"

#include <algorithm>
#include <numeric>
#include <string_view>

#include "model/transformed_batch.h"

namespace mtt {
namespace {

std::int64_t length_of(const TrainingSource& source, std::int64_t example) {
  std::int64_t sum = 0;
  for (const std::int64_t input : source.inputs_of(example)) sum += source.tokens[input].length();
  return sum;
}

/// The inputs of the examples of a forward pass. An example that occurs twice has its inputs twice.
struct Inputs {
  std::vector<std::int64_t> rows;                 ///< indices into the source's tokens, longest first
  std::vector<std::vector<std::int64_t>> places;  ///< [example]: where its inputs are in `rows`
};

/// `texts_lead`: the examples' texts stand before all other inputs, in the order of the examples.
Inputs inputs_of(const TrainingSource& source, const std::vector<std::int64_t>& examples, bool texts_lead) {
  struct Entry {
    std::int64_t row;
    std::size_t example, input;
  };
  std::vector<Entry> entries;
  for (std::size_t e = 0; e < examples.size(); ++e) entries.push_back({examples[e], e, 0});
  Inputs result;
  for (std::size_t e = 0; e < examples.size(); ++e) {
    const auto inputs = source.inputs_of(examples[e]);
    for (std::size_t i = 1; i < inputs.size(); ++i) entries.push_back({inputs[i], e, i});
    result.places.emplace_back(inputs.size());
  }
  if (source.grouped()) {
    const auto leading = static_cast<std::ptrdiff_t>(texts_lead ? examples.size() : 0);
    std::stable_sort(entries.begin() + leading, entries.end(), [&](const Entry& a, const Entry& b) {
      return source.tokens[a.row].length() > source.tokens[b.row].length();
    });
  }
  for (const Entry& entry : entries) {
    result.places[entry.example][entry.input] = static_cast<std::int64_t>(result.rows.size());
    result.rows.push_back(entry.row);
  }
  return result;
}

/// The inputs of each micro-batch of a coupled source, as places in its forward pass.
std::vector<std::vector<std::int64_t>> parts_of(const TrainingSource& source, const Inputs& inputs,
                                                const std::vector<std::int64_t>& examples,
                                                std::int64_t tokens_per_forward) {
  std::vector<std::int64_t> all(examples.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const auto runs = cut_by_length(
      std::move(all), [&](std::int64_t e) { return length_of(source, examples[e]); }, tokens_per_forward);
  std::vector<std::vector<std::int64_t>> parts;
  for (const auto& run : runs) {
    std::vector<std::int64_t>& part = parts.emplace_back();
    for (const std::int64_t e : run)
      part.insert(part.end(), inputs.places[e].begin(), inputs.places[e].end());
    std::sort(part.begin(), part.end());
  }
  if (parts.size() < 2) parts.clear();
  return parts;
}

/// Changes the inputs of a source and adds the targets of its task.
void transform(StepForward& forward, const Task& task, const BackboneShape& shape, StepDraws draws) {
  const std::uint64_t seed =
      RandomStream(draws.seed, "transform:" + task.name, static_cast<std::uint64_t>(draws.step)).next();
  TransformedBatch changed =
      transform_batch(task, forward.inputs.batch, forward.rows, seed, shape.vocabulary);
  forward.inputs.batch = std::move(changed.batch);
  forward.targets.push_back(std::move(changed.targets));
  forward.counts.push_back(task.count(forward.targets.back()));
}

/// `tokens_per_part`: of each micro-batch of a coupled source; 0: one forward pass.
StepForward make_forward(const std::vector<TrainingSource>& sources, std::size_t number,
                         const MultiTaskModel& model, std::vector<std::int64_t> examples,
                         std::int64_t tokens_per_part, StepDraws draws) {
  const TrainingSource& source = sources[number];
  const bool texts_lead =
      source.grouped() && std::any_of(source.tasks.begin(), source.tasks.end(),
                                      [&](std::size_t t) { return !model.tasks()[t].grouped(); });
  if (texts_lead)
    std::stable_sort(examples.begin(), examples.end(), [&](std::int64_t a, std::int64_t b) {
      return source.tokens[a].length() > source.tokens[b].length();
    });
  Inputs inputs = inputs_of(source, examples, texts_lead);
  StepForward forward;
  forward.source = number;
  if (tokens_per_part > 0) forward.parts = parts_of(source, inputs, examples, tokens_per_part);
  if (source.grouped())
    for (const auto& places : inputs.places) {
      forward.inputs.groups.begin_group();
      for (std::size_t i = 0; i < places.size(); ++i)
        forward.inputs.groups.add(places[i], i == 0 ? Role::first : i == 1 ? Role::second : Role::negative);
    }
  forward.rows = std::move(inputs.rows);
  forward.inputs.batch = make_batch(source.tokens, forward.rows, model.backbone().shape());
  if (source.transforms) {
    transform(forward, model.tasks()[source.tasks.front()], model.backbone().shape(), draws);
    return forward;
  }
  if (texts_lead)
    forward.inputs.texts = forward.inputs.batch.part(0, static_cast<std::int64_t>(examples.size()));
  for (std::size_t t = 0; t < source.tasks.size(); ++t) {
    const Task& task = model.tasks()[source.tasks[t]];
    std::vector<Value> labels;
    for (const std::int64_t e : examples) labels.push_back(source.labels[t][e]);
    forward.targets.push_back(task.prepare(labels, forward.inputs.read_by(task), forward.inputs.groups));
    forward.counts.push_back(task.count(forward.targets.back()));
  }
  return forward;
}

void add_forwards(StepData& step, const std::vector<TrainingSource>& sources, std::size_t number,
                  const MultiTaskModel& model, const std::vector<std::int64_t>& examples,
                  std::int64_t tokens_per_forward, StepDraws draws) {
  const TrainingSource& source = sources[number];
  const auto any = [&](const auto& is) {
    return std::any_of(source.tasks.begin(), source.tasks.end(),
                       [&](std::size_t t) { return is(model.tasks()[t]); });
  };
  const bool coupled = any([](const Task& task) { return task.coupled(); });
  const bool tokens = any([](const Task& task) { return task.reads_tokens(); });
  const std::int64_t tokens_per_part = coupled && !tokens ? tokens_per_forward : 0;
  for (auto& part : cut_by_length(
           examples, [&](std::int64_t e) { return length_of(source, e); },
           coupled ? INT64_MAX : tokens_per_forward)) {
    const StepForward& forward = step.forwards.emplace_back(
        make_forward(sources, number, model, std::move(part), tokens_per_part, draws));
    for (std::size_t t = 0; t < source.tasks.size(); ++t) step.counts[source.tasks[t]] += forward.counts[t];
  }
}

}  // namespace

void TrainingSource::tokenize(const TextEncoder& encoder, std::int64_t threads) {
  if (joint) {
    tokens = tokenize_pairs(encoder, texts, second_texts, threads);
    return;
  }
  tokens = mtt::tokenize(encoder, texts, threads);
  append(tokens, mtt::tokenize(encoder, second_texts, threads));
  first_negative_.clear();
  if (negatives.empty()) return;
  std::vector<std::string_view> all;
  const std::size_t before = tokens.size();
  for (const auto& list : negatives) {
    first_negative_.push_back(static_cast<std::int64_t>(before + all.size()));
    all.insert(all.end(), list.begin(), list.end());
  }
  first_negative_.push_back(static_cast<std::int64_t>(before + all.size()));
  append(tokens, tokenize_each(all.size(), threads, [&](std::int64_t i) { return encoder.encode(all[i]); }));
}

std::vector<std::int64_t> TrainingSource::inputs_of(std::int64_t example) const {
  if (!grouped()) return {example};
  std::vector<std::int64_t> inputs = {example, examples() + example};
  if (first_negative_.empty()) return inputs;
  for (std::int64_t i = first_negative_[example]; i < first_negative_[example + 1]; ++i) inputs.push_back(i);
  return inputs;
}

SourcesOfFiles sources_of_files(const std::vector<TrainingSource>& sources) {
  SourcesOfFiles files;
  for (std::size_t s = 0; s < sources.size(); ++s) {
    const auto file = std::find_if(files.begin(), files.end(), [&](const std::vector<std::size_t>& of_file) {
      return sources[of_file.front()].file == sources[s].file;
    });
    if (file == files.end())
      files.push_back({s});
    else
      file->push_back(s);
  }
  return files;
}

StepData make_step(const std::vector<TrainingSource>& sources, const SourcesOfFiles& files,
                   const MultiTaskModel& model, const std::vector<SourceBatch>& chosen,
                   std::int64_t tokens_per_forward, StepDraws draws) {
  StepData step;
  step.counts.assign(model.tasks().size(), 0.0);
  for (const auto& [file, examples] : chosen) {
    for (const std::size_t number : files[file])
      add_forwards(step, sources, number, model, examples, tokens_per_forward, draws);
    step.examples += static_cast<std::int64_t>(examples.size());
  }
  for (std::size_t t = 0; t < step.counts.size(); ++t)
    if (step.counts[t] > 0) step.present.push_back(t);
  return step;
}

}  // namespace mtt
