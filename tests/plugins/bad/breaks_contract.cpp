// A head that breaks its contract in the way that the option `how` names.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include <chrono>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "mtt/label_set.h"
#include "mtt/nn/cross_entropy.h"
#include "mtt/nn/layers.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

class BreaksContract : public mtt::Head {
 public:
  explicit BreaksContract(std::string how) : how_(std::move(how)) {}

  void learn_labels(const std::vector<Value>& labels) override {
    std::vector<std::string> names;
    for (const Value& label : labels)
      if (!label.is(Value::Kind::null)) names.push_back(mtt::LabelSet::text(label));
    labels_ = mtt::LabelSet::sorted(std::move(names));
  }
  mtt::LabelKind label_kind() const override {
    return how_ == "misdeclares" ? mtt::LabelKind::sets : mtt::LabelKind::classes;
  }
  std::vector<std::string> label_names() const override {
    return how_ == "nameless" ? std::vector<std::string>{"violet"} : labels_.names();
  }
  std::vector<Value> example_labels() const override {
    if (how_ == "bad_examples") return {Value(Value::Table{})};
    return how_ == "misdeclares" ? std::vector<Value>{"red", "green"} : std::vector<Value>{};
  }
  at::Tensor probabilities(const at::Tensor& logits) const override {
    if (how_ == "overconfident") return logits + 2;
    return how_ == "too_few" ? logits.narrow(1, 0, 1) : logits.softmax(1);
  }
  Value state() const override {
    return how_ == "forgets" ? Value(Value::Table{}) : Value(Value::Table{{"labels", labels_.value()}});
  }
  void restore(const Value& state) override {
    labels_ = how_ == "forgets" ? mtt::LabelSet({"a", "b"}) : mtt::LabelSet::from_value(state.at("labels"));
  }
  void build(std::int64_t width) override {
    linear_ = &child<mtt::nn::Linear>("linear", width, labels_.size());
    if (how_ == "unused") parameter("spare", {2});
  }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    if (how_ == "hangs") std::this_thread::sleep_for(std::chrono::hours(1));
    if (how_ == "exits") std::exit(0);
    if (how_ == "throws") throw std::runtime_error("the sky\nfell");
    if (how_ == "misfits") return at::full({1, 2}, 0.0).add(at::full({1, 3}, 0.0));
    if (how_ == "prints" || how_ == "prints_and_flattens") {
      std::printf("- nothing\tis wrong ");  // as the check's own lines look, but without an end
      std::fflush(stdout);
    }
    const at::Tensor logits = linear_->forward(encoding.sentences);
    if (how_ == "flat" || how_ == "prints_and_flattens") return logits.flatten();
    if (how_ == "mixes") return logits - logits.mean(0, /*keepdim=*/true);
    if (how_ == "changes") return logits + static_cast<double>(++calls_);
    return logits;
  }
  at::Tensor prepare(const std::vector<Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override {
    if (how_ == "refuses_up_in_prepare")
      for (const auto& text : batch.texts)
        if (text == "up") throw std::runtime_error("no target for up");
    at::Tensor targets = at::full({static_cast<std::int64_t>(labels.size())}, kNoTarget, at::kLong);
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (!labels[i].is(Value::Kind::null)) targets[static_cast<std::int64_t>(i)] = labels_.index(labels[i]);
    return targets;
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    const at::Tensor sum = mtt::nn::CrossEntropy().sum(logits, targets);
    if (how_ == "mean") return sum / count(targets);
    if (how_ == "detaches") return sum.detach();
    if (how_ == "biased") return sum + 1;
    if (how_ == "divides") return sum * (logits.size(0) / static_cast<double>(logits.size(0)));
    return sum;
  }
  double count(const at::Tensor& targets) const override {
    return how_ == "counts" ? std::nan("") : how_ == "counts_none" ? 0.0 : Head::count(targets);
  }
  std::vector<Value> decode(const at::Tensor& logits, const mtt::PackedBatch&,
                            const mtt::Groups&) const override {
    if (how_ == "crashes") std::raise(SIGSEGV);
    std::vector<Value> predictions;
    for (std::int64_t i = 0; i < logits.size(0); ++i) {
      if (how_ == "words")
        predictions.emplace_back("red");
      else if (how_ == "no_text")
        predictions.emplace_back(Value::Table{{"label", "\xff\xfe"}});
      else
        predictions.emplace_back(
            Value::Table{{"label", labels_.name(logits[i].argmax().item<std::int64_t>())}});
    }
    if (how_ == "loses" && !predictions.empty()) predictions.pop_back();
    return predictions;
  }
  std::vector<mtt::Metric> score(const std::vector<Value>&, const std::vector<Value>& labels) const override {
    if (how_ == "refuses_alarm_in_score")
      for (const Value& label : labels)
        if (!label.is(Value::Kind::null) && label.string() == "alarm")
          throw std::runtime_error("no score for alarm");
    if (how_ == "silent" && labels.empty()) return {};
    if (how_ == "misnames") return {{"accuracy", 1}, {"squared_error", 0.1}, {"log_loss", 0.1, false}};
    return {{"accuracy", 1}};
  }

  ~BreaksContract() override {
    if (how_ == "lingers") std::this_thread::sleep_for(std::chrono::hours(1));
  }

 private:
  std::string how_;
  mutable int calls_ = 0;
  mtt::LabelSet labels_;
  mtt::nn::Linear* linear_ = nullptr;
};

void register_breaks_contract(mtt::Registry& registry) {
  mtt::OptionList options;
  options.string("how", "not at all", "What it does wrong.");
  if (std::getenv("BREAKS_NAMES") != nullptr) options.string("layer", "", "Which layer.");
  registry.add(mtt::HeadPlugin{
      .name = "breaks_contract",
      .summary = "Breaks its contract.",
      .options = options,
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        if (options.string("how") == "undeclared") options.number("warmth");
        return std::make_unique<BreaksContract>(options.string("how"));
      },
  });
}

}  // namespace

MTT_PLUGIN("breaks_contract", "1.0", register_breaks_contract)
