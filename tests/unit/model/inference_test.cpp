#include "model/inference.h"

#include <ATen/ATen.h>

#include <mutex>

#include "catch.h"
#include "mtt/error.h"
#include "unit/text/bert_tokenizer.h"
#include "unit/train/small_model.h"

namespace {

const char kVocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nsome\njazz\nnow\n";

std::vector<std::string> texts() {
  std::vector<std::string> result;
  for (int i = 0; i < 40; ++i) {
    std::string text = "play";
    for (int k = 0; k < i * 7 % 11; ++k) text += k % 2 ? " jazz" : " some";
    result.push_back(text + (i % 3 ? " now" : ""));
  }
  return result;
}

struct Fixture {
  mtt::Tokenizer tokenizer = bert_tokenizer(kVocabulary);
  std::unique_ptr<mtt::MultiTaskModel> model = small_model({{"a"}}, 2);
  mtt::Inference inference(std::int64_t threads, std::int64_t tokens_per_forward,
                           std::int64_t max_tokens = 0) const {
    return {*model, mtt::TextEncoder(tokenizer, max_tokens, ""), threads, tokens_per_forward};
  }
};

}  // namespace

TEST_CASE("vectors stand in the order of the texts, whatever the threads and the division into forwards") {
  const Fixture fixture;
  const mtt::InferenceResult reference = fixture.inference(1, 1).run(texts(), {});
  REQUIRE(reference.sentences.sizes() == at::IntArrayRef({40, kSmallHidden}));
  CHECK(at::allclose(reference.sentences.norm(2, 1), at::ones({40})));
  CHECK(largest_difference(reference.sentences[0], reference.sentences[1]) > 1e-3);
  for (const std::int64_t threads : {1, 2})
    for (const std::int64_t tokens : {20, 10'000}) {
      INFO(threads << " " << tokens);
      const mtt::InferenceResult result = fixture.inference(threads, tokens).run(texts(), {});
      CHECK(largest_difference(result.sentences, reference.sentences) < 1e-6);
      CHECK(result.tokens == reference.tokens);
    }
  const mtt::InferenceResult alone = fixture.inference(1, 100).run({texts()[7]}, {});
  CHECK(largest_difference(alone.sentences[0], reference.sentences[7]) < 1e-6);
}

TEST_CASE("texts that are cut and tokens are counted") {
  const Fixture fixture;
  const mtt::InferenceResult result =
      fixture.inference(1, 100, 4).run({"play", "play some", "play some jazz", "now now now now"}, {});
  CHECK(result.truncated == 2);
  CHECK(result.tokens == 3 + 4 + 4 + 4);
  CHECK(fixture.inference(1, 100).run({}, {}).tokens == 0);
}

TEST_CASE("progress counts up to all texts and all tokens") {
  const Fixture fixture;
  std::int64_t done = 0;
  double share = 0;
  mtt::InferenceRequest request;
  request.progress = [&](std::int64_t texts_done, double tokens_done) {
    CHECK(texts_done >= done);
    CHECK(tokens_done >= share);
    done = texts_done;
    share = tokens_done;
  };
  fixture.inference(2, 30).run(texts(), request);
  CHECK(done == 40);
  CHECK(share == Approx(1));
}

TEST_CASE("text that is not UTF-8 and vectors that are not finite are refused with their number") {
  const Fixture fixture;
  mtt::InferenceRequest request;
  request.first = 100;
  CHECK_THROWS_AS(fixture.inference(1, 100).run({"play", "\xff"}, request), mtt::Error);
  fixture.model->parameters().front().tensor.fill_(std::nan(""));
  CHECK_THROWS_WITH(fixture.inference(1, 100).run({"play"}, request), Contains("101"));
}
