#include "train/sampler.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <set>
#include <string_view>
#include <utility>

#include "mtt/error.h"
#include "mtt/random_stream.h"

namespace mtt {
namespace {

constexpr std::array<std::pair<std::string_view, SamplingMethod>, 7> kMethods = {{
    {"all", SamplingMethod::all},
    {"proportional", SamplingMethod::proportional},
    {"uniform", SamplingMethod::uniform},
    {"temperature", SamplingMethod::temperature},
    {"annealed", SamplingMethod::annealed},
    {"capped", SamplingMethod::capped},
    {"unimax", SamplingMethod::unimax},
}};

std::vector<std::string> method_names() {
  std::vector<std::string> names;
  for (const auto& [name, method] : kMethods) names.emplace_back(name);
  return names;
}

SamplingMethod method_of(std::string_view name) {
  for (const auto& [known, method] : kMethods)
    if (known == name) return method;
  throw Error("there is no sampling method '" + std::string(name) + "'");
}

std::string_view name_of(SamplingMethod method) { return kMethods[static_cast<std::size_t>(method)].first; }

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

std::vector<double> normalised(std::vector<double> weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= total;
  return weights;
}

void refuse_without_effect(const Options& options, const char* key, SamplingMethod method) {
  const Option* declared = nullptr;
  const OptionList list = sampler_options();
  declared = list.find(key);
  if (!options.given(key) || options.value(key).json() == declared->fallback->json()) return;
  options.value(key).refuse(std::string("'") + key + "' in [sampler] has no effect with method = \"" +
                            std::string(name_of(method)) + "\"; leave it out");
}

}  // namespace

OptionList sampler_options() {
  return OptionList()
      .choice("method", "all", method_names(),
              "How the examples of a step are sampled from several training files: all (a batch from each "
              "file), proportional (each example once per epoch), uniform, temperature (proportional to "
              "size^(1/T)), annealed (first proportional, nearly uniform at the end), capped (proportional "
              "to min(size, cap)^(1/T)), unimax (uniform, at most max_epochs passes over a file).")
      .number("temperature", 2.0, 1.0, std::nullopt,
              "T of temperature and capped; 1: proportional, larger: more uniform.")
      .integer("cap", 0, 0, std::nullopt,
               "Number of examples above which the size of a file has no further effect; required by capped.")
      .integer("max_epochs", 4, 1, 1'000'000, "Maximum number of passes over a file with unimax.")
      .choice("mixing", "steps", {"steps", "examples"},
              "Whether the examples of a step come from one file (steps) or from all files (examples); no "
              "effect with method = all.");
}

SamplerSettings SamplerSettings::read(const Options& options) {
  SamplerSettings settings;
  settings.method = method_of(options.string("method"));
  settings.temperature = options.number("temperature");
  settings.cap = options.integer("cap");
  settings.max_epochs = options.integer("max_epochs");
  settings.mix_examples = options.string("mixing") == "examples";

  const bool capped = settings.method == SamplingMethod::capped;
  if (!capped && settings.method != SamplingMethod::temperature)
    refuse_without_effect(options, "temperature", settings.method);
  if (!capped) refuse_without_effect(options, "cap", settings.method);
  if (settings.method != SamplingMethod::unimax)
    refuse_without_effect(options, "max_epochs", settings.method);
  if (settings.method == SamplingMethod::all) refuse_without_effect(options, "mixing", settings.method);
  if (capped && settings.cap == 0)
    options.value("method").refuse(
        "method = \"capped\" in [sampler] needs 'cap', the number of examples up to which a file's size "
        "counts");
  return settings;
}

std::vector<double> power_probabilities(const std::vector<std::int64_t>& sizes, double alpha) {
  const auto largest = static_cast<double>(*std::max_element(sizes.begin(), sizes.end()));
  std::vector<double> weights;
  for (const std::int64_t size : sizes)
    weights.push_back(std::pow(static_cast<double>(size) / largest, alpha));
  return normalised(std::move(weights));
}

std::vector<std::int64_t> unimax_budgets(const std::vector<std::int64_t>& sizes, std::int64_t budget,
                                         std::int64_t max_epochs) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] < sizes[b]; });
  std::vector<std::int64_t> budgets(sizes.size());
  auto left = static_cast<std::int64_t>(sizes.size());
  for (const std::size_t i : order) {
    const std::int64_t share = budget / left--;
    const bool within = share / max_epochs < sizes[i];
    budgets[i] = within ? share : max_epochs * sizes[i];
    budget -= budgets[i];
  }
  return budgets;
}

Sampler::Sampler(const SamplerSettings& settings, std::vector<SourceSize> sources, std::int64_t batch_size,
                 std::int64_t steps_per_epoch, std::int64_t epochs, std::uint64_t seed)
    : settings_(settings), batch_size_(batch_size), epochs_(epochs), seed_(seed) {
  if (batch_size < 1)
    throw Error("the batch size is " + std::to_string(batch_size) + "; expected at least 1");
  if (epochs < 1) throw Error("training has " + std::to_string(epochs) + " epochs; expected at least 1");
  if (steps_per_epoch < 0)
    throw Error("an epoch has " + std::to_string(steps_per_epoch) +
                " steps; expected at least 1, or 0 for as many as all examples need");
  check(sources);
  for (SourceSize& source : sources) sources_.push_back({std::move(source.name), source.examples});
  steps_per_epoch_ = steps_per_epoch > 0 ? steps_per_epoch : natural_epoch();

  std::int64_t examples = 0;
  if (__builtin_mul_overflow(steps_per_epoch_, epochs, &examples) ||
      __builtin_mul_overflow(examples, batch_size, &examples))
    throw Error("training takes " + std::to_string(epochs) + " epochs of " +
                std::to_string(steps_per_epoch_) + " steps of " + std::to_string(batch_size) +
                " examples, more than can be counted; lower one of them");
  for (const Source& source : sources_) {
    if (source.size >= batch_size_ || settings_.method == SamplingMethod::proportional || exact(source))
      continue;
    throw Error("the training file '" + source.name + "' has " + std::to_string(source.size) +
                " examples, fewer than the batch size of " + std::to_string(batch_size_) +
                "; lower the batch size to " + std::to_string(source.size) +
                " or less, or use [sampler] method = \"proportional\", which takes short batches");
  }
  if (settings_.method == SamplingMethod::unimax) plan_unimax();
}

void Sampler::check(const std::vector<SourceSize>& sources) const {
  if (sources.empty()) throw Error("there are no training files to take examples of");
  if (settings_.mix_examples && settings_.method == SamplingMethod::all)
    throw Error("[sampler] mixing = \"examples\" has no effect with method = \"all\"; leave it out");
  std::set<std::string_view> names;
  std::int64_t total = 0;
  for (const auto& [name, examples] : sources) {
    if (examples < 1) throw Error("the training file '" + name + "' has no examples");
    if (!names.insert(name).second) throw Error("the training file '" + name + "' occurs twice");
    if (__builtin_add_overflow(total, examples, &total))
      throw Error("the training files have more examples than can be counted");
  }
}

std::vector<std::int64_t> Sampler::sizes() const {
  std::vector<std::int64_t> sizes;
  for (const Source& source : sources_) sizes.push_back(source.size);
  return sizes;
}

std::int64_t Sampler::round_steps() const {
  if (settings_.mix_examples) return ceil_divide(sum(sizes()), batch_size_);
  std::int64_t steps = 0;
  for (const Source& source : sources_) steps += ceil_divide(source.size, batch_size_);
  return steps;
}

std::int64_t Sampler::natural_epoch() const {
  const std::vector<std::int64_t> all = sizes();
  switch (settings_.method) {
    case SamplingMethod::all:
      return ceil_divide(*std::max_element(all.begin(), all.end()), batch_size_);
    case SamplingMethod::proportional:
      return round_steps();
    default:
      return std::max<std::int64_t>(1, sum(all) / batch_size_);
  }
}

bool Sampler::exact(const Source& source) const {
  return settings_.method == SamplingMethod::all && ceil_divide(source.size, batch_size_) == steps_per_epoch_;
}

void Sampler::plan_unimax() {
  const std::int64_t budget = steps() * batch_size_;
  const std::vector<std::int64_t> budgets = unimax_budgets(sizes(), budget, settings_.max_epochs);
  if (sum(budgets) < budget)
    throw Error("[sampler] method = \"unimax\" has to take " + std::to_string(budget) +
                " examples in all steps, and max_epochs = " + std::to_string(settings_.max_epochs) +
                " allows " + std::to_string(sum(budgets)) + "; raise max_epochs, or train for fewer steps");

  const std::int64_t unit = settings_.mix_examples ? 1 : batch_size_;
  std::int64_t left = budget / unit;
  std::vector<std::size_t> order(sources_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = 0; i < budgets.size(); ++i) left -= sources_[i].plan = budgets[i] / unit;
  std::stable_sort(order.begin(), order.end(),
                   [&](auto a, auto b) { return budgets[a] % unit > budgets[b] % unit; });
  for (std::int64_t i = 0; i < left; ++i) ++sources_[order[static_cast<std::size_t>(i)]].plan;
}

std::vector<double> Sampler::probabilities(std::int64_t epoch) const {
  if (epoch < 0 || epoch >= epochs_)
    throw Error("there is no epoch " + std::to_string(epoch) + "; training has " + std::to_string(epochs_) +
                ", from 0");
  std::vector<std::int64_t> all = sizes();
  switch (settings_.method) {
    case SamplingMethod::all:
    case SamplingMethod::uniform:
      return power_probabilities(all, 0);
    case SamplingMethod::proportional:
      return power_probabilities(all, 1);
    case SamplingMethod::annealed:
      return power_probabilities(
          all, epochs_ == 1 ? 1 : 1 - 0.8 * static_cast<double>(epoch) / static_cast<double>(epochs_ - 1));
    case SamplingMethod::capped:
      for (std::int64_t& size : all) size = std::min(size, settings_.cap);
      return power_probabilities(all, 1 / settings_.temperature);
    case SamplingMethod::temperature:
      return power_probabilities(all, 1 / settings_.temperature);
    case SamplingMethod::unimax:
      break;
  }
  const std::vector<std::int64_t> budgets = unimax_budgets(all, steps() * batch_size_, settings_.max_epochs);
  return normalised({budgets.begin(), budgets.end()});
}

bool Sampler::every_source_in_a_step() const {
  return settings_.method == SamplingMethod::all || sources_.size() == 1;
}

std::vector<SourceBatch> Sampler::next() {
  if (step_ >= steps()) throw Error("all " + std::to_string(steps()) + " steps of the sampler are taken");
  const std::vector<std::int64_t> counts = counts_of_step();
  std::vector<SourceBatch> batches;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) batches.push_back({i, take(sources_[i], counts[i])});
  ++step_;
  return batches;
}

std::vector<std::int64_t> Sampler::counts_of_step() {
  if (settings_.method == SamplingMethod::proportional) return counts_of_round();
  if (settings_.method != SamplingMethod::all) return drawn_counts();
  std::vector<std::int64_t> counts;
  for (const Source& source : sources_) counts.push_back(batch_of(source));
  return counts;
}

std::vector<std::int64_t> Sampler::counts_of_round() {
  const std::int64_t round = step_ / round_steps();
  if (round != round_) {
    round_order_.clear();
    for (std::size_t i = 0; i < sources_.size(); ++i) {
      const std::int64_t size = sources_[i].size;
      const std::int64_t times = settings_.mix_examples ? size : ceil_divide(size, batch_size_);
      round_order_.insert(round_order_.end(), static_cast<std::size_t>(times), i);
    }
    RandomStream(seed_, "round", static_cast<std::uint64_t>(round)).shuffle(round_order_);
    round_ = round;
  }
  std::vector<std::int64_t> counts(sources_.size());
  const auto within = static_cast<std::size_t>(step_ % round_steps());
  if (!settings_.mix_examples) {
    const std::size_t source = round_order_[within];
    counts[source] = batch_of(sources_[source]);
    return counts;
  }
  const std::size_t begin = within * static_cast<std::size_t>(batch_size_);
  const std::size_t end = std::min(begin + static_cast<std::size_t>(batch_size_), round_order_.size());
  for (std::size_t i = begin; i < end; ++i) ++counts[round_order_[i]];
  return counts;
}

std::vector<std::int64_t> Sampler::drawn_counts() {
  RandomStream stream(seed_, "source", static_cast<std::uint64_t>(step_));
  const bool planned = settings_.method == SamplingMethod::unimax;
  const std::vector<double> p = probabilities(step_ / steps_per_epoch_);
  std::vector<std::int64_t> left(sources_.size());
  for (std::size_t i = 0; planned && i < left.size(); ++i) {
    const Source& source = sources_[i];
    left[i] = source.plan - ceil_divide(source.taken, settings_.mix_examples ? 1 : batch_size_);
  }
  const auto draw_planned = [&] {
    auto at = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(sum(left))));
    std::size_t i = 0;
    while (at >= left[i]) at -= left[i++];
    --left[i];
    return i;
  };
  const auto draw = [&] {
    double at = stream.uniform();
    std::size_t i = 0;
    while (i + 1 < p.size() && at >= p[i]) at -= p[i++];
    return i;
  };

  std::vector<std::int64_t> counts(sources_.size());
  if (settings_.mix_examples) {
    for (std::int64_t n = 0; n < batch_size_; ++n) ++counts[planned ? draw_planned() : draw()];
  } else {
    const std::size_t source = planned ? draw_planned() : draw();
    counts[source] = batch_of(sources_[source]);
  }
  return counts;
}

std::int64_t Sampler::batch_of(const Source& source) const {
  if (settings_.method == SamplingMethod::proportional || exact(source))
    return std::min(batch_size_, left_in_pass(source));
  if (settings_.method != SamplingMethod::unimax) return batch_size_;
  const std::int64_t passes = source.taken / source.size;
  const bool last_pass = passes + 1 >= settings_.max_epochs;
  return last_pass ? std::min(batch_size_, left_in_pass(source)) : batch_size_;
}

std::vector<std::int64_t> Sampler::take(Source& source, std::int64_t count) {
  std::vector<std::int64_t> examples;
  examples.reserve(static_cast<std::size_t>(count));
  for (; count > 0; --count, ++source.taken) {
    const std::int64_t pass = source.taken / source.size;
    if (pass != source.pass) {
      source.order.resize(static_cast<std::size_t>(source.size));
      std::iota(source.order.begin(), source.order.end(), std::int64_t{0});
      RandomStream(seed_, "pass:" + source.name, static_cast<std::uint64_t>(pass)).shuffle(source.order);
      source.pass = pass;
    }
    examples.push_back(source.order[static_cast<std::size_t>(source.taken % source.size)]);
  }
  return examples;
}

Value Sampler::state() const {
  Value::Array sources;
  for (const Source& source : sources_)
    sources.emplace_back(
        Value::Table{{"name", source.name}, {"examples", source.size}, {"taken", source.taken}});
  return Value::Table{{"step", step_}, {"sources", std::move(sources)}};
}

void Sampler::restore(const Value& state) {
  const Value& step = state.at("step");
  if (step.integer() < 0 || step.integer() > steps())
    step.refuse("the sampler was at step " + step.json() + ", and training has " + std::to_string(steps()) +
                " steps");
  const Value::Array& found = state.at("sources").array();
  if (found.size() != sources_.size())
    state.refuse("the sampler had " + std::to_string(found.size()) + " training files, and now there are " +
                 std::to_string(sources_.size()) + "; resume with the same data");
  std::vector<std::int64_t> taken;
  for (std::size_t i = 0; i < found.size(); ++i) {
    const Source& source = sources_[i];
    const Value& name = found[i].at("name");
    const Value& examples = found[i].at("examples");
    if (name.string() != source.name || examples.integer() != source.size)
      name.refuse("the sampler's training file " + std::to_string(i + 1) + " was " + name.json() + " with " +
                  examples.json() + " examples, and now is " + Value(source.name).json() + " with " +
                  std::to_string(source.size) + "; resume with the same data");
    const Value& count = found[i].at("taken");
    if (count.integer() < 0 || count.integer() > step.integer() * batch_size_)
      count.refuse("the sampler cannot have taken " + count.json() + " examples of " + name.json() + " in " +
                   step.json() + " steps");
    taken.push_back(count.integer());
  }
  step_ = step.integer();
  for (std::size_t i = 0; i < taken.size(); ++i) sources_[i].taken = taken[i];
}

}  // namespace mtt
