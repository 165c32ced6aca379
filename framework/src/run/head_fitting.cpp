#include "run/head_fitting.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <tuple>

#include "io/digest.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "probe/probe_store.h"
#include "report/progress.h"
#include "value/other_names.h"

namespace mtt {
namespace {

constexpr double kSaturated = 0.05;
constexpr std::size_t kTextsForScale = 256;
constexpr std::size_t kTextsForKey = 16;

bool known_method(const Task& task, const std::string& init) {
  if (task.grouped()) return false;
  const auto methods = task.initialisations();
  return std::find(methods.begin(), methods.end(), init) != methods.end();
}

/// A closed form that is the optimum of a convex regression.
bool has_exact_form(const Task& task) {
  return task.convex() && task.loss_kind() == LossKind::regression && known_method(task, "ridge");
}

/// Features are gathered of tokens, sentences and groups of sentences.
bool has_features(const Task& task) { return !task.grouped() || !task.reads_tokens(); }

/// With a penalty of the user's own the probe is fitted by it.
bool uses_exact_form(const TaskPlan& plan) {
  return plan.init != "logistic" && has_exact_form(plan.task) && !plan.config->options.number_if("penalty");
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
  return std::sqrt(values.square().mean(at::kDouble).item<double>());
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
  key.add("probe 2");
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
    if (known_method(task, init) && !starts_at_optimum(plan)) initialise(number, init);
    start.weights = copies(task.module());
    if (task.convex() && (starts_at_optimum(plan) || settings_.baseline)) {
      start.probe = probe(number);
      start.feature_rms = start.probe->feature_rms;
      if (starts_at_optimum(plan)) start.weights = copies(task.module());
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
    Progress progress("features", static_cast<std::int64_t>(examples.texts.size()));
    return gather_features(encoder_, readers, examples.texts,
                           pairs ? examples.partners : std::vector<std::string>(),
                           pass(&progress, static_cast<std::int64_t>(examples.texts.size())));
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
      const HeadFeatures& features = train(number);
      if (uses_exact_form(plan)) {
        const auto begin = std::chrono::steady_clock::now();
        initialise(number, "ridge");
        ProbeFit made;
        made.method = "ridge";
        made.examples = static_cast<std::int64_t>(features.examples.size());
        made.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        made.feature_rms = root_mean_square(features.leading());
        return made;
      }
      const auto labels = files_.get(plan.files.train).labels(plan.field());
      const std::optional<double> penalty = plan.config->options.number_if("penalty");
      ProbeFit made = fit_probe(plan.task, features, strata_of(features, labels),
                                penalty ? nullptr : validation(number), {penalty, settings_.threads});
      made.feature_rms = root_mean_square(features.leading());
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
  if (!settings.say || !start.probe) return;
  settings.say("probe    " + plan.task.name + ": " + probe_text(*start.probe) + "\n");
  if (plan.init == "logistic" && start.probe->loss < kSaturated)
    settings.say("         its training loss is below " + formatted("%.2f", kSaturated) +
                 ", so these examples give little gradient for further training\n");
}

}  // namespace

std::string chosen_init(const TaskConfig& config, const Task& task, bool has_examples) {
  const std::string& init = config.options.string("init");
  if (init != "auto") return init;
  if (!has_examples) return "none";
  if (has_exact_form(task) && !config.options.number_if("penalty")) return "ridge";
  if (task.convex()) return "logistic";
  if (task.grouped()) return "none";
  const auto methods = task.initialisations();
  return methods.empty() ? "none" : methods.front();
}

bool starts_at_optimum(const TaskPlan& plan) {
  return plan.init == "logistic" || (plan.init == "ridge" && uses_exact_form(plan));
}

void check_init(const TaskConfig& config, const Task& task) {
  const std::string where = "[tasks." + config.name + "] ";
  const std::string& init = config.options.string("init");
  if (config.options.number_if("penalty") && !task.convex())
    config.options.value("penalty").refuse(where +
                                           "penalty needs a head that can be fitted as a probe, and '" +
                                           task.plugin + "' cannot be; remove it");
  if (config.options.number_if("penalty") && init == "ridge" && has_exact_form(task))
    config.options.value("penalty").refuse(where +
                                           "init = \"ridge\" chooses its own penalty; remove penalty, or "
                                           "write init = \"logistic\"");
  if (init == "auto" || init == "none" || (init == "logistic" && task.convex()) || known_method(task, init))
    return;
  const std::string own(own_word("init", init));
  std::string list = "\"auto\", \"none\"";
  if (task.convex()) list += ", \"logistic\"";
  for (const std::string& method : task.initialisations()) list += ", " + Value(method).json();
  config.options.value("init").refuse(where + "init is " + Value(init).json() + "; for the head '" +
                                      task.plugin + "' it is one of " + list +
                                      (own.empty() ? "" : "; did you mean " + Value(own).json() + "?"));
}

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
      starts[static_cast<std::size_t>(&plan - plans.data())] = {plan.init, {}, 0, copies(plan.task.module())};
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

std::string probe_text(const ProbeFit& fit) {
  if (fit.method != "logistic")
    return fit.method + " on " + std::to_string(fit.examples) + " examples, " +
           formatted("%.1f", fit.seconds) + " s";
  std::string text =
      "logistic, fitted on " + std::to_string(fit.examples) + " examples, C = " + formatted("%.4g", fit.c);
  if (!fit.trials.empty()) {
    text += " chosen by the loss on " + std::to_string(fit.held_out) +
            (fit.validation ? " examples of the validation set" : " held-out examples");
    if (fit.chosen_on + (fit.validation ? 0 : fit.held_out) < fit.examples)
      text += ", fitted on a sample of " + std::to_string(fit.chosen_on);
  }
  text += "; training loss " + formatted("%.4f", fit.loss) + ", " + formatted("%.1f", fit.seconds) + " s";
  return text + (fit.converged ? "" : "; not converged");
}

Value probe_json(const ProbeFit& fit) {
  Value record(Value::Table{{"method", fit.method}, {"examples", fit.examples}, {"seconds", fit.seconds}});
  if (fit.method != "logistic") return record;
  record.set("c", fit.c);
  record.set("loss", fit.loss);
  record.set("converged", fit.converged);
  return record;
}

}  // namespace mtt
