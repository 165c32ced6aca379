#include "model/task.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "mtt/error.h"

using mtt::Value;

namespace {

/// A head that gives what a test wants it to give.
class AnyHead : public mtt::Head {
 public:
  mtt::Reads reads() const override { return {.grouped = grouped_}; }
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t) override {}
  at::Tensor forward(const mtt::Encoding& encoding) const override { return encoding.sentences * 2; }
  at::Tensor prepare(const std::vector<Value>&, const mtt::PackedBatch&,
                     const mtt::Groups& groups) const override {
    return at::full({2}, groups.size());
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor&) const override {
    return loss_.defined() ? loss_ : logits.sum();
  }
  double count(const at::Tensor&) const override { return count_; }
  std::vector<Value> decode(const at::Tensor&, const mtt::PackedBatch&,
                            const mtt::Groups& groups) const override {
    return predictions_.empty() ? std::vector<Value>{Value(Value::Table{{"groups", groups.size()}})}
                                : predictions_;
  }
  std::vector<mtt::Metric> score(const std::vector<Value>&, const std::vector<Value>&) const override {
    return metrics_;
  }

  at::Tensor loss_;
  double count_ = 2;
  bool grouped_ = false;
  std::vector<Value> predictions_;
  std::vector<mtt::Metric> metrics_;
};

struct Fixture {
  AnyHead* head = new AnyHead;
  mtt::Task task{"intent", "mood", {}, std::unique_ptr<mtt::Head>(head)};
  mtt::PackedBatch batch;
  mtt::Encoding encoding{.batch = batch, .sentences = at::ones({2, 3})};
};

const std::string kWho = "task 'intent': the head 'mood'";

}  // namespace

TEST_CASE("the loss of an encoding is that of its logits unless a head says otherwise") {
  const Fixture f;
  CHECK(f.task.loss(f.encoding, {}).item<double>() == 12);
  CHECK(f.task.forward(f.encoding).sum().item<double>() == 12);
  CHECK_FALSE(f.task.grouped());
  CHECK_FALSE(f.task.reads_tokens());
}

TEST_CASE("a loss that is no scalar, or has no gradient, is refused with the task and the head") {
  Fixture f;
  f.head->loss_ = at::ones({2});
  CHECK_THROWS_WITH(f.task.loss(f.encoding, {}), Contains(kWho) && Contains("has 1 dimensions"));
  f.head->loss_ = at::ones({});
  f.encoding.sentences.set_requires_grad(true);
  CHECK_THROWS_WITH(f.task.loss(f.encoding, {}), Contains(kWho) && Contains("without a gradient"));
}

TEST_CASE("counts and predictions are held to the contract") {
  Fixture f;
  f.head->count_ = -1;
  CHECK_THROWS_WITH(f.task.count({}), Contains(kWho) && Contains("counts -1"));
  f.head->predictions_ = {Value(Value::Table{{"label", "a"}})};
  CHECK(f.task.decode(at::ones({1, 1}), f.batch, {}, 1, 0).size() == 1);
  CHECK_THROWS_WITH(f.task.decode(at::ones({1, 1}), f.batch, {}, 2, 0),
                    Contains(kWho) && Contains("returned 1 predictions for 2 inputs"));
  CHECK_THROWS_WITH(f.task.decode(at::full({1, 1}, NAN), f.batch, {}, 1, 0),
                    Contains("task 'intent'") && Contains("not finite"));
  f.head->predictions_ = {Value(Value::Table{{"label", "\xff"}})};
  CHECK_THROWS_WITH(f.task.decode(at::ones({1, 1}), f.batch, {}, 1, 0),
                    Contains(kWho) && Contains("not valid UTF-8"));
}

TEST_CASE("groups are given to heads that read them, and to no others") {
  Fixture f;
  mtt::Groups groups;
  groups.add_pair(0, 2);
  groups.add_pair(1, 3);
  for (const bool grouped : {false, true}) {
    f.head->grouped_ = grouped;
    const std::int64_t expected = grouped ? 2 : 0;
    CHECK(f.task.prepare({}, f.batch, groups)[0].item<std::int64_t>() == expected);
    CHECK(f.task.decode(at::ones({1, 1}), f.batch, groups, 1, 0)[0].at("groups").integer() == expected);
  }
}

TEST_CASE("a head must give metrics of different names") {
  Fixture f;
  const auto check = [&](const std::vector<mtt::Metric>& metrics, const std::string& part) {
    f.head->metrics_ = metrics;
    CHECK_THROWS_WITH(f.task.metrics(), Contains(kWho) && Contains(part));
  };
  check({}, "no metric");
  check({{"f1", 1}, {"f1", 0}}, "two metrics named \"f1\"");
  check({{"", 1}}, "without a name");
  f.head->metrics_ = {{"f1", 1}, {"accuracy", 0}};
  CHECK(f.task.metrics().size() == 2);
}
