#include "model/transformed_batch.h"

#include <string>
#include <vector>

#include "catch.h"
#include "unit/model/session_fixture.h"

namespace {

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
