#include "model/shared_encoding.h"

#include <ATen/ATen.h>

#include "../train/small_model.h"
#include "catch.h"

namespace {

/// Layer i multiplies by i + 2; what is computed is written down.
class Recorder : public mtt::Backbone {
 public:
  const mtt::BackboneShape& shape() const override { return shape_; }
  at::Tensor embed(const mtt::PackedBatch& batch) const override {
    done += "embed ";
    return batch.ids.to(at::kFloat).unsqueeze(1).expand({-1, 2}).contiguous();
  }
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch&, std::int64_t from,
                    std::int64_t to) const override {
    done += std::to_string(from) + "-" + std::to_string(to) + " ";
    for (std::int64_t i = from; i < to; ++i) hidden = hidden * (i + 2);
    return hidden;
  }
  std::optional<mtt::WeightTarget> weight_target(std::string_view) const override { return std::nullopt; }
  mutable std::string done;

 private:
  mtt::BackboneShape shape_{.vocabulary = 10, .token_types = 0, .positions = 0, .hidden = 2, .layers = 4};
};

struct Pass {
  Pass() {
    inputs.batch.ids = at::tensor({1, 2, 4}, at::kLong);
    inputs.batch.offsets = {0, 2, 3};
    inputs.batch.prompt_lengths = {0, 0};
    inputs.batch.chars.resize(3);
    inputs.batch.texts.resize(2);
  }
  std::unique_ptr<Recorder> made = std::make_unique<Recorder>();
  const Recorder& recorder = *made;
  mtt::GuardedBackbone backbone{std::move(made), "recorder"};
  mtt::SentenceModules modules{2, {}, {}, true, 0};
  mtt::SharedInputs inputs;
  mtt::SharedEncoding encoding{backbone, modules, inputs};
};

mtt::Task task(const mtt::Reading& reading, Unit unit) {
  return {"task", "small", reading, std::make_unique<SmallHead>(unit)};
}

}  // namespace

TEST_CASE("each layer is computed once, from the highest known one below") {
  Pass pass;
  pass.encoding.run_to({3, 1});
  CHECK(pass.recorder.done == "embed 0-1 1-3 ");
  CHECK(pass.encoding.tokens(3)[2][0].item<float>() == 4 * 2 * 3 * 4);
  pass.encoding.run_to({2, 3, 4});
  CHECK(pass.recorder.done == "embed 0-1 1-3 1-2 3-4 ");
  CHECK(pass.encoding.tokens(2)[2][0].item<float>() == 4 * 2 * 3);
}

TEST_CASE("states that are known are not computed again") {
  Pass pass;
  pass.encoding.know_tokens(2, at::full({3, 2}, 7.0F));
  pass.encoding.run_to({3});
  CHECK(pass.recorder.done == "2-3 ");
  CHECK(pass.encoding.tokens(3)[0][0].item<float>() == 7 * 4);
}

TEST_CASE("sentence vectors of a reading are made once") {
  Pass pass;
  pass.encoding.run_to({1, 4});
  const mtt::Reading mean{.layer = 1, .pooling = mtt::Pooling{}, .normalize = false};
  const at::Tensor vectors = pass.encoding.sentences(mean);
  CHECK(at::equal(vectors, at::tensor({3.0F, 3.0F, 8.0F, 8.0F}).view({2, 2})));
  CHECK(pass.encoding.sentences(mean).is_same(vectors));
  mtt::Reading unit = mean;
  unit.normalize = true;
  CHECK(at::allclose(pass.encoding.sentences(unit), at::full({2, 2}, std::sqrt(0.5))));
  const at::Tensor known = at::zeros({2, 2});
  mtt::Reading last{.layer = -1, .pooling = {}, .normalize = true};
  pass.encoding.know_sentences(last, known);
  CHECK(pass.encoding.sentences(last).is_same(known));
}

TEST_CASE("a head gets tokens or sentences of its layer, by its level") {
  Pass pass;
  const mtt::Reading reading{.layer = 2, .pooling = mtt::Pooling{}, .normalize = false};
  const mtt::Task of_tokens = task(reading, Unit::token), of_sentences = task(reading, Unit::sentence),
                  top = task({}, Unit::token);
  pass.encoding.run_for({&top, &of_tokens, &of_sentences});
  CHECK(pass.recorder.done == "embed 0-2 2-4 ");
  const mtt::Encoding tokens = pass.encoding.read(of_tokens);
  CHECK(tokens.tokens.is_same(pass.encoding.tokens(2)));
  CHECK_FALSE(tokens.sentences.defined());
  const mtt::Encoding sentences = pass.encoding.read(of_sentences);
  CHECK_FALSE(sentences.tokens.defined());
  CHECK(sentences.sentences.size(0) == 2);
  CHECK(pass.encoding.read(top).tokens.is_same(pass.encoding.tokens(4)));
}

TEST_CASE("no layer is computed for sentence vectors that are known") {
  Pass pass;
  const mtt::Reading mean{.layer = 3, .pooling = mtt::Pooling{}, .normalize = false};
  const at::Tensor known = at::zeros({2, 2});
  pass.encoding.know_sentences(mean, known);
  const mtt::Task of_sentences = task(mean, Unit::sentence), of_tokens = task(mean, Unit::token);
  pass.encoding.run_for({&of_sentences});
  CHECK(pass.recorder.done.empty());
  CHECK(pass.encoding.read(of_sentences).sentences.is_same(known));
  pass.encoding.run_for({&of_sentences, &of_tokens});
  CHECK(pass.recorder.done == "embed 0-3 ");
}

TEST_CASE("a head on texts beside groups gets the leading inputs alone") {
  Pass pass;
  pass.inputs.texts = pass.inputs.batch.part(0, 1);
  const mtt::Task of_tokens = task({}, Unit::token), of_sentences = task({}, Unit::sentence);
  pass.encoding.run_for({&of_tokens, &of_sentences});
  const at::Tensor all = pass.encoding.tokens(4);
  const mtt::Encoding tokens = pass.encoding.read(of_tokens), sentences = pass.encoding.read(of_sentences);
  CHECK(tokens.batch.size() == 1);
  CHECK(at::equal(tokens.tokens, all.narrow(0, 0, 2)));
  CHECK(sentences.sentences.size(0) == 1);
}
