#include "train/source_choice.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "mtt/error.h"
#include "mtt/random_stream.h"
#include "train/sampling_shares.h"

namespace mtt {
namespace {

std::int64_t ceil_divide(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// Adds `clone` to a method.
template <class Method, class Base = SourceChoice>
class Cloned : public Base {
 public:
  using Base::Base;
  std::unique_ptr<SourceChoice> clone() const override {
    return std::make_unique<Method>(static_cast<const Method&>(*this));
  }
};

/// A batch of every file in every step.
class All final : public Cloned<All> {
 public:
  using Cloned::Cloned;

  std::vector<std::int64_t> counts(std::int64_t, const std::vector<Passes>& files) override {
    std::vector<std::int64_t> counts;
    for (std::size_t i = 0; i < files.size(); ++i)
      counts.push_back(ends_with_pass(i) ? std::min(facts().batch_size, files[i].left_in_pass())
                                         : facts().batch_size);
    return counts;
  }
  std::vector<double> probabilities(std::int64_t) const override {
    return power_probabilities(facts().sizes, 0);
  }
  bool ends_with_pass(std::size_t file) const override {
    return ceil_divide(facts().sizes[file], facts().batch_size) == facts().steps_per_epoch;
  }
  bool every_file() const override { return true; }
};

/// Every example once a round, in shuffled order.
class Proportional final : public Cloned<Proportional> {
 public:
  using Cloned::Cloned;

  static std::int64_t round_steps(const SamplingFacts& facts) {
    if (facts.settings.mix_examples) return ceil_divide(sum(facts.sizes), facts.batch_size);
    std::int64_t steps = 0;
    for (const std::int64_t size : facts.sizes) steps += ceil_divide(size, facts.batch_size);
    return steps;
  }

  std::vector<std::int64_t> counts(std::int64_t step, const std::vector<Passes>& files) override {
    const std::int64_t steps = round_steps(facts());
    begin_round(step / steps);
    std::vector<std::int64_t> counts(files.size());
    const auto within = static_cast<std::size_t>(step % steps);
    if (!facts().settings.mix_examples) {
      const std::size_t file = order_[within];
      counts[file] = std::min(facts().batch_size, files[file].left_in_pass());
      return counts;
    }
    const auto batch = static_cast<std::size_t>(facts().batch_size);
    const std::size_t end = std::min((within + 1) * batch, order_.size());
    for (std::size_t i = within * batch; i < end; ++i) ++counts[order_[i]];
    return counts;
  }
  std::vector<double> probabilities(std::int64_t) const override {
    return power_probabilities(facts().sizes, 1);
  }
  bool ends_with_pass(std::size_t) const override { return true; }

 private:
  void begin_round(std::int64_t round) {
    if (round == round_) return;
    order_.clear();
    for (std::size_t i = 0; i < facts().sizes.size(); ++i) {
      const std::int64_t size = facts().sizes[i];
      const std::int64_t times = facts().settings.mix_examples ? size : ceil_divide(size, facts().batch_size);
      order_.insert(order_.end(), static_cast<std::size_t>(times), i);
    }
    RandomStream(facts().seed, "round", static_cast<std::uint64_t>(round)).shuffle(order_);
    round_ = round;
  }

  std::int64_t round_ = -1;         ///< the round that `order_` is
  std::vector<std::size_t> order_;  ///< the file of each batch, or example, of the round
};

/// Files are drawn: one for a step, or one for each example of it.
class Drawn : public SourceChoice {
 public:
  using SourceChoice::SourceChoice;

  std::vector<std::int64_t> counts(std::int64_t step, const std::vector<Passes>& files) override {
    RandomStream stream(facts().seed, "source", static_cast<std::uint64_t>(step));
    begin_step(step, files);
    std::vector<std::int64_t> counts(files.size());
    if (facts().settings.mix_examples) {
      for (std::int64_t n = 0; n < facts().batch_size; ++n) ++counts[draw(stream)];
    } else {
      const std::size_t file = draw(stream);
      counts[file] = batch_of(files[file]);
    }
    return counts;
  }

 protected:
  virtual void begin_step(std::int64_t step, const std::vector<Passes>&) {
    p_ = probabilities(step / facts().steps_per_epoch);
  }
  virtual std::size_t draw(RandomStream& stream) {
    double at = stream.uniform();
    std::size_t i = 0;
    while (i + 1 < p_.size() && at >= p_[i]) at -= p_[i++];
    return i;
  }
  virtual std::int64_t batch_of(const Passes&) const { return facts().batch_size; }

 private:
  std::vector<double> p_;  ///< of the step
};

class Uniform final : public Cloned<Uniform, Drawn> {
 public:
  using Cloned::Cloned;
  std::vector<double> probabilities(std::int64_t) const override {
    return power_probabilities(facts().sizes, 0);
  }
};

class Temperature final : public Cloned<Temperature, Drawn> {
 public:
  using Cloned::Cloned;
  std::vector<double> probabilities(std::int64_t) const override {
    return power_probabilities(facts().sizes, 1 / facts().settings.temperature);
  }
};

/// First proportional, nearly uniform at the end.
class Annealed final : public Cloned<Annealed, Drawn> {
 public:
  using Cloned::Cloned;
  std::vector<double> probabilities(std::int64_t epoch) const override {
    const double last = static_cast<double>(facts().epochs - 1);
    return power_probabilities(facts().sizes, last == 0 ? 1 : 1 - 0.8 * static_cast<double>(epoch) / last);
  }
};

class Capped final : public Cloned<Capped, Drawn> {
 public:
  using Cloned::Cloned;
  std::vector<double> probabilities(std::int64_t) const override {
    std::vector<std::int64_t> sizes = facts().sizes;
    for (std::int64_t& size : sizes) size = std::min(size, facts().settings.cap);
    return power_probabilities(sizes, 1 / facts().settings.temperature);
  }
};

/// Draws without replacement from what each file has left of its budget.
class UniMax final : public Cloned<UniMax, Drawn> {
 public:
  explicit UniMax(SamplingFacts given) : Cloned(std::move(given)) {
    const std::int64_t budget = facts().steps() * facts().batch_size;
    const std::vector<std::int64_t> budgets = all_budgets();
    if (sum(budgets) < budget)
      throw Error("[sampler] method = \"unimax\" needs " + std::to_string(budget) +
                  " examples for all steps, but max_epochs = " + std::to_string(facts().settings.max_epochs) +
                  " allows " + std::to_string(sum(budgets)) + "; raise max_epochs, or train for fewer steps");
    std::int64_t left = budget / unit();
    std::vector<std::size_t> order(budgets.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    for (const std::int64_t own : budgets) left -= plan_.emplace_back(own / unit());
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return budgets[a] % unit() > budgets[b] % unit(); });
    for (std::int64_t i = 0; i < left; ++i) ++plan_[order[static_cast<std::size_t>(i)]];
  }

  std::vector<double> probabilities(std::int64_t) const override {
    const std::vector<std::int64_t> budgets = all_budgets();
    return normalised({budgets.begin(), budgets.end()});
  }

 protected:
  void begin_step(std::int64_t, const std::vector<Passes>& files) override {
    left_ = plan_;
    for (std::size_t i = 0; i < files.size(); ++i) left_[i] -= ceil_divide(files[i].taken(), unit());
  }
  std::size_t draw(RandomStream& stream) override {
    auto at = static_cast<std::int64_t>(stream.below(static_cast<std::uint64_t>(sum(left_))));
    std::size_t i = 0;
    while (at >= left_[i]) at -= left_[i++];
    --left_[i];
    return i;
  }
  std::int64_t batch_of(const Passes& file) const override {
    const bool last_pass = file.complete() + 1 >= facts().settings.max_epochs;
    return last_pass ? std::min(facts().batch_size, file.left_in_pass()) : facts().batch_size;
  }

 private:
  std::vector<std::int64_t> all_budgets() const {
    return unimax_budgets(facts().sizes, facts().steps() * facts().batch_size, facts().settings.max_epochs);
  }
  std::int64_t unit() const { return facts().settings.mix_examples ? 1 : facts().batch_size; }

  std::vector<std::int64_t> plan_;  ///< batches, or examples where they are mixed, of each file in all steps
  std::vector<std::int64_t> left_;  ///< of the plan, in this step
};

template <class Method>
std::unique_ptr<SourceChoice> made(SamplingFacts facts) {
  return std::make_unique<Method>(std::move(facts));
}

std::int64_t over_the_largest(const SamplingFacts& facts) {
  return ceil_divide(*std::max_element(facts.sizes.begin(), facts.sizes.end()), facts.batch_size);
}

std::int64_t full_batches(const SamplingFacts& facts) {
  return std::max<std::int64_t>(1, sum(facts.sizes) / facts.batch_size);
}

}  // namespace

const std::vector<SamplingRow>& sampling_methods() {
  using enum SamplingMethod;
  static const std::vector<SamplingRow> rows = {
      {all, "all", "a batch from each file", {}, over_the_largest, made<All>},
      {proportional,
       "proportional",
       "each example once per epoch",
       {"mixing"},
       Proportional::round_steps,
       made<Proportional>},
      {uniform, "uniform", "", {"mixing"}, full_batches, made<Uniform>},
      {temperature,
       "temperature",
       "proportional to size^(1/T)",
       {"temperature", "mixing"},
       full_batches,
       made<Temperature>},
      {annealed,
       "annealed",
       "first proportional, nearly uniform at the end",
       {"mixing"},
       full_batches,
       made<Annealed>},
      {capped,
       "capped",
       "proportional to min(size, cap)^(1/T)",
       {"temperature", "cap", "mixing"},
       full_batches,
       made<Capped>},
      {unimax,
       "unimax",
       "uniform, at most max_epochs passes over a file",
       {"max_epochs", "mixing"},
       full_batches,
       made<UniMax>},
  };
  return rows;
}

const SamplingRow& sampling_method(SamplingMethod method) {
  return sampling_methods()[static_cast<std::size_t>(method)];
}

}  // namespace mtt
