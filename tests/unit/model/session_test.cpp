#include "model/session.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>

#include "catch.h"
#include "mtt/error.h"
#include "unit/model/session_fixture.h"

TEST_CASE("vectors stand in the order of the texts, whatever the threads and the division into forwards") {
  const Fixture fixture;
  const mtt::Response reference = fixture.session(1, 1)->run({.texts = texts()});
  REQUIRE(reference.sentences.sizes() == at::IntArrayRef({40, kSmallHidden}));
  CHECK(at::allclose(reference.sentences.norm(2, 1), at::ones({40})));
  CHECK(largest_difference(reference.sentences[0], reference.sentences[1]) > 1e-3);
  for (const std::int64_t threads : {1, 2})
    for (const std::int64_t tokens : {20, 10'000}) {
      INFO(threads << " " << tokens);
      const mtt::Response result = fixture.session(threads, tokens)->run({.texts = texts()});
      CHECK(largest_difference(result.sentences, reference.sentences) < 1e-6);
      CHECK(result.tokens == reference.tokens);
    }
  const mtt::Response alone = fixture.session(1, 100)->run({.texts = {texts()[7]}});
  CHECK(largest_difference(alone.sentences[0], reference.sentences[7]) < 1e-6);
}

TEST_CASE("texts that are truncated and tokens are counted") {
  const Fixture fixture;
  const mtt::Response result =
      fixture.session(1, 100, 4)->run({.texts = {"play", "play some", "play some jazz", "now now now now"}});
  CHECK(result.truncated == 2);
  CHECK(result.tokens == 3 + 4 + 4 + 4);
}

TEST_CASE("a request without texts has an empty response") {
  const Fixture fixture;
  const mtt::Response result = fixture.session(2, 100)->run({.texts = {}, .predictions = true});
  CHECK(result.tokens == 0);
  CHECK(result.sentences.sizes() == at::IntArrayRef({0, kSmallHidden}));
  REQUIRE(result.predictions.size() == 1);
  CHECK(result.predictions[0].empty());
}

TEST_CASE("progress counts up to all texts and all tokens") {
  const Fixture fixture;
  std::int64_t done = 0;
  double share = 0;
  fixture.session(2, 30)->run(
      {.texts = texts(), .progress = [&](std::int64_t texts_done, double tokens_done) {
         CHECK(texts_done >= done);
         CHECK(tokens_done >= share);
         done = texts_done;
         share = tokens_done;
       }});
  CHECK(done == 40);
  CHECK(share == Approx(1));
}

TEST_CASE("what progress throws ends the request, and progress is not called again") {
  const Fixture fixture;
  const auto session = fixture.session(2, 10);
  {
    std::atomic<int> calls = 0;
    CHECK_THROWS_WITH(session->run({.texts = texts(),
                                    .progress =
                                        [&](std::int64_t, double) {
                                          ++calls;
                                          throw mtt::Error("enough");
                                        }}),
                      "enough");
    CHECK(calls == 1);
  }
  CHECK(session->run({.texts = texts()}).tokens > 0);
}

TEST_CASE("requests from several threads get their own responses, those of the texts alone") {
  const Fixture fixture;
  const Texts all = texts();
  const at::Tensor expected = fixture.session(1, 1000)->run({.texts = all}).sentences;
  for (const std::int64_t threads : {1, 3}) {
    const auto session = fixture.session(threads, 64);
    std::vector<std::thread> clients;
    std::atomic<int> wrong = 0, answers = 0;
    for (int client = 0; client < 4; ++client)
      clients.emplace_back([&, client] {
        std::vector<std::pair<std::size_t, std::future<mtt::Response>>> responses;
        for (std::size_t i = 0; i < 50; ++i) {
          const std::size_t text = (static_cast<std::size_t>(client) * 13 + i * 7) % all.size();
          responses.emplace_back(text, session->submit({.texts = {all[text]}}));
        }
        for (auto& [text, response] : responses) {
          const at::Tensor found = response.get().sentences;
          wrong += !at::allclose(found[0], expected[static_cast<std::int64_t>(text)], 0, 1e-6);
          ++answers;
        }
      });
    for (std::thread& client : clients) client.join();
    CHECK(answers == 200);
    CHECK(wrong == 0);
  }
}

TEST_CASE("a text that is not UTF-8 fails its own request only") {
  const Fixture fixture;
  const auto session = fixture.session(2, 1000);
  std::vector<std::future<mtt::Response>> responses;
  for (int i = 0; i < 20; ++i)
    responses.push_back(session->submit({.texts = {i % 5 == 3 ? "\xff" : "play some jazz"}}));
  for (int i = 0; i < 20; ++i) {
    INFO(i);
    if (i % 5 == 3)
      CHECK_THROWS_AS(responses[static_cast<std::size_t>(i)].get(), mtt::Error);
    else
      CHECK(responses[static_cast<std::size_t>(i)].get().tokens == 5);
  }
}

TEST_CASE("a vector that is not finite fails the request of its text only, with the text's number") {
  const Fixture fixture;
  for (auto& parameter : fixture.model->parameters())
    if (parameter.name == "backbone.embeddings.word.weight") parameter.tensor[7].fill_(std::nan(""));  // jazz
  const auto session = fixture.session(1, 1000);
  std::vector<std::future<mtt::Response>> responses;
  for (int i = 0; i < 12; ++i)
    responses.push_back(session->submit({.texts = {"play", i == 5 ? "jazz" : "now"}, .first = 100}));
  for (int i = 0; i < 12; ++i) {
    INFO(i);
    if (i == 5)
      CHECK_THROWS_WITH(responses[static_cast<std::size_t>(i)].get(),
                        Contains("text 102") && Contains("not finite"));
    else
      CHECK(responses[static_cast<std::size_t>(i)].get().sentences.isfinite().all().item<bool>());
  }
}

TEST_CASE("a text without a second one gets no predictions of tasks on pairs") {
  Fixture fixture;
  fixture.model = small_model({}, 2);
  add_counting_task(*fixture.model, "single", false, mtt::InputKind::text);
  add_counting_task(*fixture.model, "pair", true, mtt::InputKind::text);
  add_counting_task(*fixture.model, "joint", false, mtt::InputKind::joint);
  add_counting_task(*fixture.model, "either", false, mtt::InputKind::text_or_joint);
  const mtt::Request request{.texts = {"play", "play some", "now", "play"},
                             .second_texts = {"jazz now", std::nullopt, "", "play some jazz"},
                             .sentences = false,
                             .predictions = true};
  for (const std::int64_t tokens : {1, 1000})
    for (const std::int64_t threads : {1, 2}) {
      INFO(tokens << " " << threads);
      const auto found = fixture.session(threads, tokens)->run(request).predictions;
      REQUIRE(found.size() == 4);
      const auto row = [&](std::size_t task) { return mtt::Value(mtt::Value::Array(found[task])).json(); };
      CHECK(row(0) == "[3,4,3,3]");
      CHECK(row(1) == "[304,null,302,305]");
      CHECK(row(2) == "[6,null,4,7]");
      CHECK(row(3) == "[6,4,4,7]");
    }
}

TEST_CASE("a batch that is alone uses all threads") {
  Fixture fixture;
  fixture.model = small_model({}, 2);
  class ThreadsHead : public CountingHead {
   public:
    explicit ThreadsHead(std::atomic<int>& most) : CountingHead(false), most_(most) {}
    at::Tensor forward(const mtt::Encoding& encoding) const override {
      for (int seen = most_;
           at::get_num_threads() > seen && !most_.compare_exchange_weak(seen, at::get_num_threads());) {
      }
      return CountingHead::forward(encoding);
    }

   private:
    std::atomic<int>& most_;
  };
  std::atomic<int> most = 0;
  mtt::Task task("threads", "threads", {}, std::make_unique<ThreadsHead>(most), true);
  task.build(kSmallHidden);
  fixture.model->add(std::move(task));
  fixture.session(3, 1000)->run({.texts = {"play"}, .predictions = true});
  CHECK(most == 3);
  most = 0;
  fixture.session(1, 1000)->run({.texts = {"play"}, .predictions = true});
  CHECK(most == 1);
}

TEST_CASE("lists of texts and of second texts must be of the same length") {
  const Fixture fixture;
  CHECK_THROWS_AS(fixture.session(1, 100)->submit({.texts = {"a", "b"}, .second_texts = {"c"}}), mtt::Error);
}

TEST_CASE("requests share batches with those of their kind, also where others stand between them") {
  Fixture fixture;
  fixture.model = small_model({}, 2);
  add_counting_task(*fixture.model, "count", false, mtt::InputKind::text);
  const auto session = fixture.session(1, 14);
  std::vector<std::int64_t> batches;  // texts of each
  session->observe([&](std::int64_t texts, std::int64_t) { batches.push_back(texts); });
  std::promise<void> begun, all_wait;
  auto first = session->submit({.texts = {"now"}, .progress = [&](std::int64_t, double) {
                                  begun.set_value();
                                  all_wait.get_future().wait();
                                }});
  begun.get_future().wait();
  const Texts mixed = {"play", "some", "jazz now", "play some", "now"};
  std::vector<std::future<mtt::Response>> vectors, predictions;
  for (const std::string& text : mixed) {
    // The model normalises vectors: to leave it to the model is to ask for it.
    const bool given = vectors.size() % 2 == 0;
    vectors.push_back(
        session->submit({.texts = {text}, .normalize = given ? std::optional(true) : std::optional<bool>()}));
    predictions.push_back(session->submit({.texts = {text}, .sentences = false, .predictions = true}));
  }
  all_wait.set_value();
  first.get();
  const auto alone = fixture.session(1, 14);
  const std::int64_t tokens[] = {3, 3, 4, 4, 3};
  for (std::size_t i = 0; i < mixed.size(); ++i) {
    CHECK(at::allclose(vectors[i].get().sentences, alone->run({.texts = {mixed[i]}}).sentences, 0, 1e-6));
    CHECK(predictions[i].get().predictions[0][0].integer() == tokens[i]);
  }
  CHECK(batches == std::vector<std::int64_t>{1, 4, 4, 1, 1});
}

TEST_CASE("a request that is cancelled in the middle fails, and the rest of it is not computed") {
  const Fixture fixture;
  const auto session = fixture.session(1, 20);
  std::atomic<std::int64_t> computed = 0;
  session->observe([&](std::int64_t texts, std::int64_t) { computed += texts; });
  const auto cancelled = std::make_shared<std::atomic<bool>>(false);
  CHECK_THROWS_WITH(session->run({.texts = texts(),
                                  .cancelled = cancelled,
                                  .progress = [&](std::int64_t, double) { *cancelled = true; }}),
                    Contains("was cancelled"));
  CHECK(computed > 0);
  CHECK(computed < 10);
}

TEST_CASE("requests of a closed session fail") {
  const Fixture fixture;
  std::vector<std::future<mtt::Response>> responses;
  {
    const auto session = fixture.session(1, 8);
    for (int i = 0; i < 30; ++i) responses.push_back(session->submit({.texts = texts()}));
  }
  int failed = 0;
  for (auto& response : responses) {
    try {
      response.get();
    } catch (const mtt::Error& error) {
      CHECK_THAT(error.what(), Contains("session was closed"));
      ++failed;
    }
  }
  CHECK(failed > 0);
}
