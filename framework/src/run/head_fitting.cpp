#include "run/head_fitting.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <cmath>
#include <map>
#include <tuple>

#include "io/digest.h"
#include "io/seconds_since.h"
#include "io/terminal_text.h"
#include "probe/gather_features.h"
#include "probe/probe_store.h"
#include "probe/sum_over_rows.h"
#include "run/head_init.h"
#include "run/probe_record.h"

namespace mtt {
namespace {

constexpr double kSaturated = 0.05;
constexpr std::size_t kTextsForScale = 256;
constexpr std::size_t kTextsForKey = 16;

/// Features are gathered of tokens, sentences and groups of sentences, as the texts are.
bool has_features(const Task& task) {
  return !task.transforms() && (!task.grouped() || !task.reads_tokens());
}

/// The class of each example that has rows; spans and sets of labels are one class.
std::vector<std::string> strata_of(const HeadFeatures& features, const std::vector<Value>& labels) {
  std::vector<std::string> strata;
  for (const std::int64_t e : features.examples) {
    const Value& label = labels[e];
    const bool plain = !label.is(Value::Kind::array) && !label.is(Value::Kind::table);
    strata.push_back(plain ? label.json() : "");
  }
  return strata;
}

double root_mean_square(const at::Tensor& values) {
  if (values.numel() == 0) return 0;
  const double sum = sum_over_rows(values, [](const at::Tensor& rows) { return rows.square(); });
  return std::sqrt(sum / static_cast<double>(values.numel()));
}

std::vector<nn::NamedParameter> copies(const nn::Module& head) {
  std::vector<nn::NamedParameter> list;
  for (const auto& [name, tensor] : head.parameters()) list.push_back({name, tensor.detach().clone()});
  return list;
}

void add_examples(Digest& key, const Examples& examples, const std::string& field, bool pairs) {
  for (const std::string& text : examples.texts) key.add(text);
  if (pairs)
    for (const std::string& text : examples.partners) key.add(text);
  for (const Value& label : examples.labels(field)) key.add(label.json());
}

/// `sample` holds some of the features: they tell whatever changes what the head reads.
std::string probe_key(const TaskPlan& plan, ExampleFiles& files, const std::string& model_key,
                      const at::Tensor& sample) {
  Digest key;
  key.add("probe 3");
  key.add(model_key);
  key.add(sample.const_data_ptr(), sample.nbytes());
  key.add(uses_exact_form(plan) ? "ridge" : "logistic");
  key.add(plan.task.plugin);
  key.add(plan.head_options.resolved().json());
  for (const char* name : {"layer", "pooling", "normalize", "penalty"})
    key.add(plan.config->options.value(name).json());
  const bool pairs = plan.task.reads_pairs();
  if (plan.task.joint(true)) key.add("joint");
  add_examples(key, files.get(plan.files.train), plan.field(), pairs);
  if (!plan.files.dev.empty()) add_examples(key, files.get(plan.files.dev), plan.field(), pairs);
  return key.hex();
}

/// Fits what the tasks of one training file need, from features that are computed when first asked for.
class FileFitting {
 public:
  FileFitting(std::vector<TaskPlan*> plans, const Experiment& experiment, ExampleFiles& files,
              const Encoder& encoder, const FittingSettings& settings)
      : plans_(std::move(plans)),
        experiment_(experiment),
        files_(files),
        encoder_(encoder),
        settings_(settings) {}

  HeadStart fit(std::size_t number, const std::string& init) {
    TaskPlan& plan = *plans_[number];
    const Task& task = plan.task;
    HeadStart start{.init = init, .probe = {}, .feature_rms = 0, .weights = {}};
    const auto begin = std::chrono::steady_clock::now();
    if (known_method(task, init) && !starts_at_optimum(plan)) {
      initialise(number, init);
      start.seconds = seconds_since(begin);
    }
    start.weights = copies(task.module());
    if (task.convex() && (starts_at_optimum(plan) || settings_.baseline)) {
      start.probe = probe(number);
      start.feature_rms = start.probe->feature_rms;
      if (starts_at_optimum(plan)) {
        start.weights = copies(task.module());
        start.seconds = start.probe->seconds;
      }
    } else if (settings_.baseline && !task.module().parameters().empty() && has_features(task)) {
      start.feature_rms = root_mean_square(sample(number, kTextsForScale));
    }
    return start;
  }

 private:
  FeaturePass pass(Progress* progress, std::int64_t texts) const {
    FeaturePass pass{.threads = settings_.threads,
                     .tokens_per_forward = experiment_.run.integer("tokens_per_forward"),
                     .progress = {}};
    if (progress)
      pass.progress = [progress, texts](double share) {
        progress->update(static_cast<std::int64_t>(share * static_cast<double>(texts)), share);
      };
    return pass;
  }

  std::vector<HeadFeatures> gather(const std::vector<std::size_t>& numbers, const std::string& file,
                                   bool lenient) {
    const Examples& examples = files_.get(file);
    std::vector<FeatureReader> readers;
    bool pairs = false;
    for (const std::size_t n : numbers) {
      readers.push_back({&plans_[n]->task, examples.labels(plans_[n]->field()), lenient});
      pairs = plans_[n]->task.reads_pairs();
    }
    const auto texts = static_cast<std::int64_t>(examples.texts.size());
    const auto progress = settings_.messages ? settings_.messages->progress("features", texts) : nullptr;
    return gather_features(encoder_, readers, examples.texts,
                           pairs ? examples.partners : std::vector<std::string>(),
                           pass(progress.get(), texts));
  }

  const HeadFeatures& train(std::size_t number) {
    if (train_.empty()) {
      std::vector<std::size_t> readers;
      for (std::size_t n = 0; n < plans_.size(); ++n)
        if (has_features(plans_[n]->task)) readers.push_back(n);
      auto features = gather(readers, plans_.front()->files.train, false);
      train_.resize(plans_.size());
      for (std::size_t i = 0; i < readers.size(); ++i) train_[readers[i]] = std::move(features[i]);
    }
    return train_[number];
  }

  const HeadFeatures* validation(std::size_t number) {
    const std::string& file = plans_[number]->files.dev;
    if (file.empty()) return nullptr;
    if (!validation_.contains(number)) {
      std::vector<std::size_t> same;
      for (std::size_t n = 0; n < plans_.size(); ++n)
        if (plans_[n]->files.dev == file && plans_[n]->task.convex() && has_features(plans_[n]->task))
          same.push_back(n);
      auto features = gather(same, file, true);
      for (std::size_t i = 0; i < same.size(); ++i) validation_[same[i]] = std::move(features[i]);
    }
    return &validation_.at(number);
  }

  void initialise(std::size_t number, const std::string& method) {
    const at::NoGradGuard no_grad;
    TaskPlan& plan = *plans_[number];
    const HeadFeatures& features = train(number);
    plan.task.initialise(method, features.features, features.targets);
  }

  ProbeFit probe(std::size_t number) {
    TaskPlan& plan = *plans_[number];
    const auto fit = [&] {
      const auto begin = std::chrono::steady_clock::now();
      const HeadFeatures& features = train(number);
      if (uses_exact_form(plan)) {
        initialise(number, "ridge");
        ProbeFit made;
        made.method = "ridge";
        made.examples = static_cast<std::int64_t>(features.examples.size());
        made.feature_rms = root_mean_square(features.leading());
        made.seconds = seconds_since(begin);
        return made;
      }
      const auto labels = files_.get(plan.files.train).labels(plan.field());
      const std::optional<double> penalty = plan.config->options.number_if("penalty");
      ProbeFit made = fit_probe(plan.task, features, strata_of(features, labels),
                                penalty ? nullptr : validation(number), {penalty, settings_.threads});
      made.feature_rms = root_mean_square(features.leading());
      made.seconds = seconds_since(begin);
      return made;
    };
    if (settings_.store.empty()) return fit();
    return ProbeStore(settings_.store)
        .find_or_fit(probe_key(plan, files_, settings_.model_key, sample(number, kTextsForKey)), plan.task,
                     fit);
  }

  /// What a head reads of the first `most` labelled examples of its file.
  at::Tensor sample(std::size_t number, std::size_t most) {
    const TaskPlan& plan = *plans_[number];
    const Examples& examples = files_.get(plan.files.train);
    const bool pairs = plan.task.reads_pairs();
    std::vector<std::string> texts, second_texts;
    std::vector<Value> labels;
    const auto all = examples.labels(plan.field());
    for (std::size_t e = 0; e < all.size() && texts.size() < most; ++e) {
      if (all[e].is(Value::Kind::null)) continue;
      texts.push_back(examples.texts[e]);
      if (pairs) second_texts.push_back(examples.partners[e]);
      labels.push_back(all[e]);
    }
    return gather_features(encoder_, {{&plan.task, labels, false}}, texts, second_texts, pass(nullptr, 0))
        .front()
        .leading()
        .contiguous();
  }

  std::vector<TaskPlan*> plans_;
  const Experiment& experiment_;
  ExampleFiles& files_;
  const Encoder& encoder_;
  const FittingSettings& settings_;
  std::vector<HeadFeatures> train_;
  std::map<std::size_t, HeadFeatures> validation_;
};

void tell(const TaskPlan& plan, const HeadStart& start, const FittingSettings& settings) {
  if (!settings.messages || !start.probe) return;
  settings.messages->say("probe    " + plan.task.name + ": " + probe_text(*start.probe) + "\n");
  if (plan.init == "logistic" && start.probe->loss < kSaturated)
    settings.messages->say("         its training loss is below " + formatted("%.2f", kSaturated) +
                           ", so these examples give little gradient for further training\n");
}

}  // namespace

std::vector<HeadStart> fit_heads(std::vector<TaskPlan>& plans, const Experiment& experiment,
                                 ExampleFiles& files, const Encoder& encoder,
                                 const FittingSettings& settings) {
  std::map<std::tuple<std::string, bool, bool>, std::vector<TaskPlan*>> by_file;  // and the same inputs
  std::vector<HeadStart> starts(plans.size());
  for (TaskPlan& plan : plans) {
    const bool needs = plan.init != "none" || (settings.baseline && !plan.task.module().parameters().empty());
    if (needs && !plan.files.train.empty())
      by_file[{plan.files.train, plan.task.grouped(), plan.task.joint(true)}].push_back(&plan);
    else
      starts[static_cast<std::size_t>(&plan - plans.data())] = {
          plan.init, {}, 0, 0, copies(plan.task.module())};
  }
  for (auto& [file, group] : by_file) {
    FileFitting fitting(group, experiment, files, encoder, settings);
    for (std::size_t n = 0; n < group.size(); ++n) {
      HeadStart& start = starts[static_cast<std::size_t>(group[n] - plans.data())];
      start = fitting.fit(n, group[n]->init);
      group[n]->task.trained = group[n]->task.trained || group[n]->init != "none";
      tell(*group[n], start, settings);
    }
  }
  return starts;
}

}  // namespace mtt
