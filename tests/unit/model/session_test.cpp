#include "model/session.h"

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include <atomic>
#include <functional>
#include <thread>

#include "catch.h"
#include "mtt/error.h"
#include "unit/text/bert_tokenizer.h"
#include "unit/train/small_model.h"

namespace {

const char kVocabulary[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nsome\njazz\nnow\n";

using Texts = std::vector<std::string>;

Texts texts() {
  Texts result;
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
  std::unique_ptr<mtt::Session> session(std::int64_t threads, std::int64_t tokens_per_forward,
                                        std::int64_t max_tokens = 0) const {
    return std::make_unique<mtt::Session>(*model, mtt::TextEncoder(tokenizer, max_tokens, ""), threads,
                                          tokens_per_forward);
  }
};

/// A head whose prediction is what it read: the number of tokens of each input, or of both inputs of a group.
class CountingHead : public SmallHead {
 public:
  explicit CountingHead(bool grouped) : SmallHead(Unit::sentence), grouped_(grouped) {}
  mtt::Reads reads() const override { return {.grouped = grouped_}; }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    const mtt::PackedBatch& batch = encoding.batch;
    std::vector<std::int64_t> counts;
    if (grouped_)
      for (std::int64_t g = 0; g < encoding.groups.size(); ++g)
        counts.push_back(100 * batch.length(encoding.groups.rows[2 * g]) +
                         batch.length(encoding.groups.rows[2 * g + 1]));
    else
      for (std::int64_t b = 0; b < batch.size(); ++b) counts.push_back(batch.length(b));
    return at::tensor(counts, at::kFloat).unsqueeze(1);
  }
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch&,
                                 const mtt::Groups&) const override {
    std::vector<mtt::Value> predictions;
    for (std::int64_t i = 0; i < logits.size(0); ++i)
      predictions.emplace_back(static_cast<std::int64_t>(logits[i][0].item<float>()));
    return predictions;
  }

 private:
  bool grouped_;
};

void add_counting_task(mtt::MultiTaskModel& model, const std::string& name, bool grouped,
                       mtt::InputKind input) {
  mtt::Task task(name, "counting", {}, std::make_unique<CountingHead>(grouped), true);
  task.input = input;
  task.build(kSmallHidden);
  model.add(std::move(task));
}

/// Replaces about half of the tokens of a text by [MASK], which are its targets; its prediction is the ids
/// that it read. The transform of a text of 3 tokens throws Error if `refuses`.
class HidingHead : public SmallHead {
 public:
  explicit HidingHead(bool refuses) : SmallHead(Unit::token), refuses_(refuses) {}
  bool transforms() const override { return true; }
  mtt::TransformedInput transform(const mtt::PackedBatch& input, mtt::RandomStream& random) const override {
    if (refuses_ && input.tokens() == 3) throw mtt::Error("refused");
    mtt::TransformedInput result{input.ids.clone(), at::full({input.tokens()}, kNoTarget, at::kLong)};
    for (std::int64_t t = 0; t < input.tokens(); ++t) {
      if (input.text[t].item<std::int64_t>() < 0 || random.uniform() > 0.5) continue;
      result.targets[t] = input.ids[t];
      result.ids[t] = kMask;
    }
    return result;
  }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    return encoding.batch.ids.to(at::kFloat).unsqueeze(1);
  }
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override {
    std::vector<mtt::Value> predictions;
    for (std::int64_t b = 0; b < batch.size(); ++b) {
      mtt::Value::Array ids;
      for (std::int64_t t = batch.offsets[b]; t < batch.offsets[b + 1]; ++t)
        ids.emplace_back(static_cast<std::int64_t>(logits[t][0].item<float>()));
      predictions.emplace_back(std::move(ids));
    }
    return predictions;
  }
  static constexpr std::int64_t kMask = 4;

 private:
  bool refuses_;
};

Fixture hiding_fixture(mtt::InputKind input = mtt::InputKind::text, bool refuses = false) {
  Fixture fixture;
  fixture.model = small_model({}, 2);
  add_counting_task(*fixture.model, "counting", false, input);
  mtt::Task task("hiding", "hiding", {}, std::make_unique<HidingHead>(refuses), true);
  task.input = input;
  task.build(kSmallHidden);
  fixture.model->add(std::move(task));
  return fixture;
}

mtt::Request hiding_request(Texts texts, std::int64_t first = 0) {
  return {.texts = std::move(texts),
          .sentences = false,
          .predictions = true,
          .transformed_by = 1,
          .first = first};
}

std::string json(const std::vector<mtt::Value>& values) {
  return mtt::Value(mtt::Value::Array(values)).json();
}

}  // namespace

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

TEST_CASE(
    "a request whose inputs a task changes has its predictions and its targets, the same in any batch") {
  const Fixture fixture = hiding_fixture();
  const mtt::Response whole = fixture.session(1, 10'000)->run(hiding_request(texts()));
  REQUIRE(whole.labels.size() == 40);
  CHECK(json(whole.predictions[0]) == json(std::vector<mtt::Value>(40)));
  std::int64_t hidden = 0;
  const mtt::TextEncoder encoder(fixture.tokenizer, 0, "");
  for (std::size_t i = 0; i < 40; ++i) {
    const std::string text = texts()[i];
    const auto ids = encoder.encode(text).tokens.ids;
    const auto &read = whole.predictions[1][i].array(), &targets = whole.labels[i].array();
    REQUIRE(read.size() == ids.size());
    REQUIRE(targets.size() == ids.size());
    for (std::size_t t = 0; t < ids.size(); ++t) {
      const bool target = !targets[t].is(mtt::Value::Kind::null);
      CHECK(read[t].integer() == (target ? HidingHead::kMask : ids[t]));
      if (target) CHECK(targets[t].integer() == ids[t]);
      hidden += target;
    }
  }
  CHECK(hidden > 40);
  for (const std::int64_t tokens : {1, 30, 10'000})
    for (const std::int64_t threads : {1, 3}) {
      INFO(tokens << " " << threads);
      const auto session = fixture.session(threads, tokens);
      const Texts all = texts();
      auto plain = session->submit({.texts = all, .sentences = false, .predictions = true});
      auto head = session->submit(hiding_request({all.begin(), all.begin() + 13}));
      auto tail = session->submit(hiding_request({all.begin() + 13, all.end()}, 13));
      mtt::Response found = head.get();
      const mtt::Response rest = tail.get();
      found.labels.insert(found.labels.end(), rest.labels.begin(), rest.labels.end());
      auto& predictions = found.predictions[1];
      predictions.insert(predictions.end(), rest.predictions[1].begin(), rest.predictions[1].end());
      CHECK(json(found.labels) == json(whole.labels));
      CHECK(json(predictions) == json(whole.predictions[1]));
      CHECK(plain.get().labels.empty());
    }
}

TEST_CASE("a task on joint pairs changes both texts") {
  const Fixture fixture = hiding_fixture(mtt::InputKind::joint);
  mtt::Request request = hiding_request({"play some", "now"});
  request.second_texts = {"jazz now", "play"};
  const mtt::Response found = fixture.session(2, 1000)->run(std::move(request));
  CHECK(found.labels[0].array().size() == 7);
  CHECK(found.predictions[1][1].array().size() == 5);
}

TEST_CASE("a change of inputs that fails ends its own request only") {
  const Fixture fixture = hiding_fixture(mtt::InputKind::text, /*refuses=*/true);
  const auto session = fixture.session(1, 1000);
  std::vector<std::future<mtt::Response>> responses;
  for (int i = 0; i < 12; ++i)
    responses.push_back(session->submit(hiding_request({i == 5 ? "play" : "play now"})));
  for (int i = 0; i < 12; ++i) {
    INFO(i);
    if (i == 5)
      CHECK_THROWS_WITH(responses[static_cast<std::size_t>(i)].get(), Contains("refused"));
    else
      CHECK(responses[static_cast<std::size_t>(i)].get().labels.size() == 1);
  }
}

TEST_CASE("a request names a task that changes inputs, and asks for its predictions alone") {
  const Fixture fixture = hiding_fixture();
  const auto session = fixture.session(1, 100);
  const auto refused = [&](const std::function<void(mtt::Request&)>& change) {
    mtt::Request request = hiding_request({"play"});
    change(request);
    return [&, request] { session->submit(request); };
  };
  CHECK_THROWS_WITH(refused([](auto& r) { r.transformed_by = 0; })(), Contains("task 'counting'"));
  CHECK_THROWS_WITH(refused([](auto& r) { r.transformed_by = 2; })(), Contains("no task of the model"));
  CHECK_THROWS_WITH(refused([](auto& r) { r.sentences = true; })(), Contains("predictions alone"));
  CHECK_THROWS_WITH(refused([](auto& r) { r.predictions = false; })(), Contains("predictions alone"));
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
