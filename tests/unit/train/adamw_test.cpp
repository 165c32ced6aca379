#include "train/adamw.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>

#include "catch.h"

using mtt::AdamW;

namespace {

AdamW::Slot slot(const std::string& name, double value, double rate, double decay, std::int64_t size = 1) {
  return {name, at::full({size}, value).set_requires_grad(true), rate, decay};
}

void set_gradient(AdamW::Slot& slot, double value) {
  slot.parameter.mutable_grad() = at::full(slot.parameter.sizes(), value);
}

double value(const AdamW::Slot& slot) { return slot.parameter.detach()[0].item<double>(); }

}  // namespace

TEST_CASE("AdamW takes the three steps that its formulas give") {
  // computed with 30 decimal digits: rate 0.1, gradients 0.5, -0.25, 1, schedule factors 1, 1, 0.5
  const double gradients[] = {0.5, -0.25, 1}, factors[] = {1, 1, 0.5};
  const double decayed[] = {0.850000002, 0.780866298607846, 0.728439061627272};
  const double plain[] = {0.900000002, 0.873366298707846, 0.840460719192468};
  AdamW optimizer({},
                  {slot("decayed", 1, 0.1, 0.5), slot("plain", 1, 0.1, 0), slot("wide", 1, 0.1, 0.5, 37)});
  for (int step = 0; step < 3; ++step) {
    for (AdamW::Slot& s : optimizer.slots()) set_gradient(s, gradients[step]);
    optimizer.step(factors[step]);
    CHECK(value(optimizer.slots()[0]) == Approx(decayed[step]).epsilon(1e-6));
    CHECK(value(optimizer.slots()[1]) == Approx(plain[step]).epsilon(1e-6));
    const at::Tensor wide = optimizer.slots()[2].parameter.detach();
    CHECK((wide - decayed[step]).abs().max().item<double>() < 1e-6);
    for (const AdamW::Slot& s : optimizer.slots()) CHECK(s.steps == step + 1);
  }
}

TEST_CASE("a parameter without a gradient is neither moved nor decayed, and has no state") {
  AdamW optimizer({}, {slot("a", 1, 0.1, 0.5), slot("b", 1, 0.1, 0.5)});
  set_gradient(optimizer.slots()[0], 1);
  optimizer.step(1);
  CHECK(value(optimizer.slots()[0]) < 1);
  CHECK(value(optimizer.slots()[1]) == 1);
  CHECK_FALSE(optimizer.slots()[1].first_moment.defined());
  CHECK_FALSE(optimizer.slots()[1].second_moment.defined());
  CHECK(optimizer.slots()[1].steps == 0);
}

TEST_CASE("a parameter that freezes with momentum stays, and begins anew if it learns again") {
  AdamW optimizer({}, {slot("a", 1, 0.1, 0.5), slot("b", 1, 0.1, 0.5)});
  AdamW::Slot &a = optimizer.slots()[0], &b = optimizer.slots()[1];
  for (AdamW::Slot* s : {&a, &b}) set_gradient(*s, 1);
  optimizer.step(1);
  a.parameter.mutable_grad().reset();
  a.parameter.set_requires_grad(false);
  CHECK(optimizer.forget_frozen() == 1);
  CHECK(optimizer.forget_frozen() == 0);
  CHECK_FALSE(a.first_moment.defined());
  CHECK(a.steps == 0);
  CHECK(b.steps == 1);
  const double frozen = value(a);
  for (int step = 0; step < 3; ++step) optimizer.step(1);
  CHECK(value(a) == frozen);

  a.parameter.set_requires_grad(true);
  set_gradient(a, 0.5);
  optimizer.step(1);
  CHECK(value(a) == Approx(frozen * 0.95 - 0.1).epsilon(1e-6));  // a first step is as large as the rate
  CHECK(a.steps == 1);
}

TEST_CASE("a step after a step without a gradient continues where the moments were") {
  AdamW optimizer({}, {slot("a", 1, 0.1, 0)});
  AdamW::Slot& a = optimizer.slots()[0];
  set_gradient(a, 0.5);
  optimizer.step(1);
  a.parameter.mutable_grad().reset();
  optimizer.step(1);
  set_gradient(a, -0.25);
  optimizer.step(1);
  CHECK(value(a) == Approx(0.873366298707846).epsilon(1e-6));
  CHECK(a.steps == 2);
}

TEST_CASE("a step makes kernels that kept a copy of the weights read them anew") {
  AdamW optimizer({}, {slot("a", 1, 0.1, 0)});
  at::Tensor& parameter = optimizer.slots()[0].parameter;
  const auto version = parameter._version();
  set_gradient(optimizer.slots()[0], 1);
  optimizer.step(1);
  CHECK(parameter._version() > version);
}

TEST_CASE("gradients are scaled down to a norm over all of them, never up") {
  const auto two = [](double first, double second) {
    std::vector<AdamW::Slot> slots = {slot("a", 0, 1, 0, 4), slot("b", 0, 1, 0), slot("none", 0, 1, 0)};
    set_gradient(slots[0], first);  // norm 2 · first
    set_gradient(slots[1], second);
    return slots;
  };
  const auto gradient = [](const AdamW::Slot& s) { return s.parameter.grad()[0].item<double>(); };
  auto slots = two(2, 3);
  CHECK(mtt::clip_gradients(slots, 1) == Approx(5));
  CHECK(gradient(slots[0]) == Approx(0.4).epsilon(1e-5));
  CHECK(gradient(slots[1]) == Approx(0.6).epsilon(1e-5));
  CHECK_FALSE(slots[2].parameter.grad().defined());
  slots = two(2, 3);
  CHECK(mtt::clip_gradients(slots, 5.1) == Approx(5));
  CHECK(gradient(slots[0]) == 2);
  CHECK(gradient(slots[1]) == 3);
  slots = two(2, std::numeric_limits<double>::infinity());
  CHECK_FALSE(std::isfinite(mtt::clip_gradients(slots, 1)));
  CHECK(gradient(slots[0]) == 2);
}
