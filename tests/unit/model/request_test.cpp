#include "model/request.h"

#include <atomic>
#include <memory>

#include "catch.h"
#include "mtt/error.h"
#include "unit/model/session_fixture.h"

namespace {

/// Vectors of the same text; only some processors give them bit for bit in every batch.
bool is_close(const at::Tensor& a, const at::Tensor& b) { return at::allclose(a, b, 1e-5, 1e-6); }

}  // namespace

TEST_CASE("token ids with their special tokens give the vectors of their text") {
  const Fixture fixture;
  const auto session = fixture.session(1, 100);
  const at::Tensor text = session->run({.texts = {"play some jazz"}}).sentences;
  CHECK(is_close(session->run({.token_ids = {{2, 5, 6, 7, 3}}}).sentences, text));
  const mtt::Response two = session->run({.token_ids = {{2, 5, 3}, {2, 5, 6, 7, 3}}});
  CHECK(is_close(two.sentences[1], text[0]));
  CHECK(two.tokens == 8);
  CHECK(fixture.session(1, 100, 4)->run({.token_ids = {{2, 5, 3}, {2, 5, 6, 7, 3}}}).too_long == 1);
  CHECK_THROWS_WITH(session->run({.token_ids = {{2, 99, 3}}}), Contains("id 99"));
  CHECK_THROWS_WITH(session->run({.texts = {"play"}, .token_ids = {{2, 3}}}), Contains("both"));
  CHECK_THROWS_WITH(session->run({.token_ids = {{2, 3}}, .predictions = true}), Contains("vectors alone"));
}

TEST_CASE("a request has a prompt of its own, or that of the session") {
  const Fixture fixture;
  const auto with_prompt = [&](const std::string& prompt) {
    return mtt::Session(*fixture.model, mtt::TextEncoder(fixture.tokenizer, 0, prompt), 1, 100);
  };
  auto plain = with_prompt(""), some = with_prompt("some ");
  const at::Tensor expected = some.run({.texts = {"jazz"}}).sentences;
  CHECK_FALSE(is_close(plain.run({.texts = {"jazz"}}).sentences, expected));
  CHECK(is_close(plain.run({.texts = {"jazz"}, .prompt = "some "}).sentences, expected));
  CHECK(is_close(some.run({.texts = {"jazz"}, .prompt = ""}).sentences,
                 plain.run({.texts = {"jazz"}}).sentences));
}

TEST_CASE("a text that is too long is truncated at either end, or ends its request") {
  const Fixture fixture;
  const auto session = fixture.session(1, 100, 4);
  const auto vector = [&](mtt::Request request) { return session->run(std::move(request)).sentences; };
  const at::Tensor left = vector({.texts = {"some jazz"}}), right = vector({.texts = {"play some"}});
  CHECK(is_close(vector({.texts = {"play some jazz"}}), right));
  CHECK(is_close(vector({.texts = {"play some jazz"}, .truncated_end = mtt::TruncatedEnd::left}), left));
  CHECK(is_close(vector({.texts = {"play some jazz"}, .truncated_end = mtt::TruncatedEnd::right}), right));
  const mtt::Response refused = session->run({.texts = {"play", "play some jazz"}, .truncates = false});
  CHECK(refused.too_long == 1);
  CHECK(refused.tokens == 0);
  CHECK_FALSE(session->run({.texts = {"play some"}, .truncates = false}).too_long);
}

TEST_CASE("vectors have length 1 or not, as the request says") {
  const Fixture fixture;
  const auto session = fixture.session(1, 100);
  const at::Tensor raw = session->run({.texts = texts(), .normalize = false}).sentences;
  const at::Tensor unit = session->run({.texts = texts(), .normalize = true}).sentences;
  CHECK(is_close(unit, session->run({.texts = texts()}).sentences));
  CHECK_FALSE(at::allclose(raw.norm(2, 1), at::ones({40})));
  CHECK(at::allclose(raw / raw.norm(2, 1, true), unit));
}

TEST_CASE("the vectors of all tokens come in the order of the texts, and their mean is the sentence's") {
  const Fixture fixture;
  const auto session = fixture.session(2, 30);
  const mtt::Response both = session->run({.texts = texts(), .normalize = false, .token_vectors = true});
  REQUIRE(both.token_vectors.size() == 40);
  std::int64_t tokens = 0;
  for (std::int64_t i = 0; i < 40; ++i) {
    const at::Tensor& vectors = both.token_vectors[static_cast<std::size_t>(i)];
    REQUIRE(vectors.size(1) == kSmallHidden);
    tokens += vectors.size(0);
    CHECK(at::allclose(vectors.mean(0), both.sentences[i], 1e-5, 1e-6));
  }
  CHECK(tokens == both.tokens);
  const mtt::Response alone =
      session->run({.texts = {texts()[9]}, .sentences = false, .token_vectors = true});
  CHECK_FALSE(alone.sentences.defined());
  CHECK(largest_difference(alone.token_vectors[0], both.token_vectors[9]) < 1e-6);
}

TEST_CASE("only the tasks that are named predict, and logits are theirs") {
  const Fixture fixture;
  add_counting_task(*fixture.model, "count", false, mtt::InputKind::text);
  const auto session = fixture.session(1, 100);
  const mtt::Response response =
      session->run({.texts = {"play", "play some jazz"}, .predictions = true, .tasks = {1}, .logits = true});
  REQUIRE(response.predictions.size() == 2);
  CHECK(response.predictions[0][0].is(mtt::Value::Kind::null));
  CHECK(response.predictions[1][1].integer() == 5);
  CHECK(response.logits[0][0].empty());
  CHECK(response.logits[1][0] == std::vector<float>{3});
  CHECK(response.logits[1][1] == std::vector<float>{5});
}

TEST_CASE("requests that ask differently are answered at the same time, each as if it were alone") {
  const Fixture fixture;
  const auto session = fixture.session(2, 60);
  const auto vector = [&](mtt::Request request) { return session->run(std::move(request)).sentences; };
  const at::Tensor plain = vector({.texts = {"play jazz"}}),
                   raw = vector({.texts = {"play jazz"}, .normalize = false}),
                   prompted = vector({.texts = {"play jazz"}, .prompt = "now "});
  std::vector<std::future<mtt::Response>> responses;
  for (int i = 0; i < 60; ++i) {
    mtt::Request request{.texts = {"play jazz"}};
    if (i % 3 == 1) request.normalize = false;
    if (i % 3 == 2) request.prompt = "now ";
    responses.push_back(session->submit(std::move(request)));
  }
  for (int i = 0; i < 60; ++i) {
    INFO(i);
    CHECK(is_close(responses[static_cast<std::size_t>(i)].get().sentences, i % 3 == 0   ? plain
                                                                           : i % 3 == 1 ? raw
                                                                                        : prompted));
  }
}

TEST_CASE("a request that is cancelled fails, and others are answered") {
  const Fixture fixture;
  const auto session = fixture.session(1, 20);
  const auto cancelled = std::make_shared<std::atomic<bool>>(true);
  mtt::Request request{.texts = texts()};
  request.cancelled = cancelled;
  std::future<mtt::Response> first = session->submit(std::move(request));
  CHECK(session->run({.texts = {"play"}}).tokens == 3);
  CHECK_THROWS_WITH(first.get(), "the request was cancelled");
}
