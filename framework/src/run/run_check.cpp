#include "run/run_check.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <climits>
#include <system_error>

#include "io/peak_memory.h"
#include "io/seconds_since.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "report/number_table.h"
#include "run/freeze_table.h"
#include "run/run_directory.h"
#include "run/run_estimate.h"
#include "run/run_lock.h"
#include "run/run_outline.h"
#include "run/unseen_label_warnings.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

/// The longest name of a file in a directory that is there, or is to be made.
std::size_t longest_name(fs::path directory) {
  std::error_code error;
  while (!fs::exists(directory, error) && directory.has_relative_path()) directory = directory.parent_path();
  const long longest = ::pathconf(directory.c_str(), _PC_NAME_MAX);
  return longest > 0 ? static_cast<std::size_t>(longest) : NAME_MAX;
}

std::string shortened_name(const std::string& name) { return Value(shortened(printable(name), 40)).json(); }

bool same_labels(const LabelledFile& a, const LabelledFile& b) {
  return a.file == b.file && a.field == b.field && a.task == b.task;
}

}  // namespace

RunCheck::RunCheck(const Experiment& experiment, const std::vector<TaskPlan>& plans, TrainingPlan* training,
                   ExampleFiles& files, Encoder& encoder, Messages& messages, RunCheckSettings settings)
    : experiment_(experiment),
      training_(training),
      files_(files),
      encoder_(encoder),
      messages_(messages),
      settings_(std::move(settings)) {
  for (std::size_t t = 0; t < plans.size(); ++t) {
    const TaskPlan& plan = plans[t];
    const auto add = [&](const std::string& file, DataRole role) {
      if (!file.empty())
        labelled_.push_back({t, plan.config->name, plan.field(), file, role,
                             plan.config->options.strings("tags"), plan.task.joint(true),
                             plan.task.transforms()});
    };
    add(plan.files.train, DataRole::train);
    add(plan.files.dev, DataRole::dev);
    for (const std::string& test : test_sets(experiment, *plan.config, files)) add(test, DataRole::test);
    token_level_.push_back(plan.task.reads_tokens());
    spans_.push_back(plan.task.label_kind() == LabelKind::spans);
    fits_heads_ = fits_heads_ || plan.init != "none" || training_;
  }
}

void RunCheck::attempt(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    const std::string what = error.what();
    if (std::find(problems_.begin(), problems_.end(), what) == problems_.end()) problems_.push_back(what);
  }
}

void RunCheck::check_names() {
  const std::size_t longest = longest_name(settings_.directory);
  for (const TaskConfig& task : experiment_.tasks)
    attempt([&] {
      if (task.name.size() > longest)
        task.head.refuse("the name of the task " + shortened_name(task.name) + " has " +
                         std::to_string(task.name.size()) +
                         " characters; its head is saved in heads/<task>, and a file name has at most " +
                         std::to_string(longest) + "; choose a shorter one");
    });
  for (const fs::path& part : settings_.directory)
    attempt([&] {
      if (part.string().size() > longest)
        throw Error("the name " + shortened_name(part.string()) + " in the path of the run directory has " +
                    std::to_string(part.string().size()) + " characters; a file name has at most " +
                    std::to_string(longest) + "; give another directory with --out, or a shorter 'name'");
    });
  names_fit_ = problems_.empty();
}

void RunCheck::check_charts() {
  if (!experiment_.source.find("sweep")) return;
  const std::size_t longest = longest_name(settings_.directory);
  for (const LabelledFile& labels : labelled_) {
    if (labels.role != DataRole::test) continue;
    const Task& task = encoder_.model->tasks()[labels.task];
    attempt([&] {
      for (const Metric& metric : task.metrics()) {
        const std::string name =
            fs::path(files_.path(labels.file)).stem().string() + "." + task.name + "." + metric.name + ".svg";
        if (name.size() > longest)
          throw Error("the sweep's chart of the metric " + shortened_name(metric.name) + " of task " +
                      shortened_name(task.name) + " on the test file '" + files_.path(labels.file) +
                      "' would have a file name of " + std::to_string(name.size()) + " characters; at most " +
                      std::to_string(longest) + " are possible; shorten the names of the task or the file");
      }
    });
  }
}

void RunCheck::check_directory() {
  attempt([&] {
    if (!names_fit_) return;
    check_run_directory(settings_.directory);
    std::error_code error;
    if (fs::is_directory(settings_.directory, error)) const RunLock lock(settings_.directory);
  });
}

void RunCheck::check_spans() {
  const TextReader reader(*encoder_.directory.tokenizer, encoder_.max_tokens, encoder_.prompt);
  for (const LabelledFile& labels : labelled_) {
    if (!token_level_[labels.task]) continue;
    const std::string problem = span_problem(labels, files_.get(labels.file), reader, spans_[labels.task]);
    if (problem.empty()) continue;
    attempt([&] { throw Error(problem); });
    with_bad_spans_.push_back(labels);
  }
}

void RunCheck::build(const std::function<void()>& build) {
  const auto start = std::chrono::steady_clock::now();
  const std::size_t before = problems_.size();
  const bool learns_from_bad_spans = std::any_of(with_bad_spans_.begin(), with_bad_spans_.end(),
                                                 [](const auto& l) { return l.role == DataRole::train; });
  if (learns_from_bad_spans) return;
  attempt(build);
  built_ = problems_.size() == before;
  build_seconds_ = seconds_since(start);
}

void RunCheck::check_labels() {
  for (const LabelledFile& labels : labelled_) {
    const bool told = std::any_of(with_bad_spans_.begin(), with_bad_spans_.end(),
                                  [&](const LabelledFile& bad) { return same_labels(bad, labels); });
    if (told || labels.transforms) continue;
    if (labels.role != DataRole::train)
      attempt([&] {
        warn_of_unseen_labels({{labels.task, labels.field, labels.file}}, files_, *encoder_.model, messages_);
      });
    else if (!training_)
      continue;
    attempt([&] {
      for (const std::string& problem : label_problems(labels, files_.get(labels.file), encoder_))
        attempt([&] { throw Error(problem); });
    });
  }
}

void RunCheck::finish() {
  if (built_) {
    check_charts();
    check_labels();
    if (training_)
      attempt([&] {
        check_selectors(experiment_.freeze, *encoder_.model);
        check_trainable(experiment_, *training_, *encoder_.model);
      });
  }
  if (problems_.empty()) attempt([&] { estimate(); });
  if (problems_.empty()) return;
  if (problems_.size() == 1) throw Error(problems_.front());
  std::string text = "Problems\n";
  for (std::size_t i = 0; i < problems_.size(); ++i)
    text += "  " + std::to_string(i + 1) + ". " + printable(problems_[i]) + "\n";
  messages_.answer(text);
  throw Error("the run would fail; the " + std::to_string(problems_.size()) +
              " problems are listed above, the first is: " + problems_.front());
}

bool RunCheck::reads_second_texts(const std::string& file) const {
  return !files_.get(file).partners.empty() &&
         std::any_of(labelled_.begin(), labelled_.end(), [&](const LabelledFile& labels) {
           return labels.file == file && encoder_.model->tasks()[labels.task].reads_pairs();
         });
}

void RunCheck::estimate() {
  double seconds = build_seconds_, bytes = 0;
  std::vector<ReadFile> train, dev, test;
  std::vector<std::string> seen;
  for (const LabelledFile& labels : labelled_) {
    if (std::find(seen.begin(), seen.end(), labels.file) != seen.end()) continue;
    seen.push_back(labels.file);
    auto& role = labels.role == DataRole::train ? train : labels.role == DataRole::dev ? dev : test;
    role.push_back({&files_.get(labels.file), reads_second_texts(labels.file)});
  }
  const auto scoring = [&](const std::vector<ReadFile>& files) {
    return estimate_inference(files, encoder_, settings_.threads,
                              experiment_.run.integer("tokens_per_forward"));
  };
  const double test_seconds = scoring(test);
  seconds += test_seconds + (fits_heads_ ? scoring(train) : 0);
  std::string basis = "the heads and some of the texts";
  if (training_ && !training_->trains_nothing()) {
    const std::vector<TrainingSource> sources = make_sources(*training_, files_, encoder_, settings_.threads);
    const RunEstimate training = estimate_training(*training_, sources, encoder_, settings_.threads);
    const std::int64_t every = training_->settings.selection.evaluate_every;
    const double evaluations = static_cast<double>(training_->sampler->steps()) /
                               static_cast<double>(every > 0 ? every : training_->sampler->steps_per_epoch());
    seconds += training.seconds + scoring(dev) * evaluations + (fits_heads_ ? test_seconds : 0);
    bytes = training.cache_bytes + (dev.empty() ? 0 : training.best_bytes);
    basis = std::to_string(training.steps_measured) + " steps that changed no weight";
  }
  estimate_text_ =
      "Estimate, with " + std::to_string(settings_.threads) +
      (settings_.threads == 1 ? " thread" : " threads") + "\n  time    " + about_duration(seconds) +
      (training_ && training_->settings.selection.patience > 0 ? ", less if it stops early" : "") +
      "\n  memory  " + about_memory(peak_memory() + bytes) + " at peak\n  measured on " + basis + "\n";
}

std::string RunCheck::report() {
  std::string text;
  if (!labelled_.empty()) text += "\n" + examples_table(labelled_, files_);
  if (training_) {
    std::vector<std::string> names;
    std::vector<std::int64_t> sizes;
    for (std::size_t t = 0; t < training_->files.size(); ++t) {
      const TaskFiles& task = training_->files[t];
      if (training_->settled[t]) continue;
      if (std::find(names.begin(), names.end(), task.train) != names.end()) continue;
      names.push_back(task.train);
      sizes.push_back(static_cast<std::int64_t>(files_.get(task.train).texts.size()));
    }
    if (training_->trains_nothing())
      text +=
          "\nNo optimizer steps: " + std::string(training_->settings.epochs == 0
                                                     ? "[train] epochs is 0\n"
                                                     : "every head reads frozen layers only and is fitted\n");
    else
      text += "\n" + training_table(experiment_, *training_->sampler, names, sizes);
    text += "\n" + trainable_table(training_->policy, *encoder_.model);
    if (settings_.verbose) text += "\n" + tensor_table(training_->policy, *encoder_.model);
  }
  return text + "\n" + estimate_text_ + "\n";
}

}  // namespace mtt
