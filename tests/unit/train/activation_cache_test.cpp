#include "train/activation_cache.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <fstream>

#include "catch.h"
#include "mtt/error.h"
#include "small_model.h"

namespace fs = std::filesystem;

using mtt::ActivationCache;
using mtt::CacheStorage;
using mtt::PrefixPlan;
using mtt::PrefixValues;

namespace {

constexpr std::int64_t kLayers = 4, kExamples = 30, kAll = std::int64_t{1} << 30;
const std::vector<SmallTask> kTasks = {{"a"}, {"tap", Unit::token, 1}, {"low", Unit::sentence, 2}};

struct Fixture {
  std::unique_ptr<mtt::MultiTaskModel> model = small_model(kTasks, kLayers, 0.5);
  mtt::TrainingSource source = small_source("s", {0, 1, 2}, kExamples);
  TemporaryFolder folder;

  Fixture() {
    for (auto& [name, tensor] : model->parameters()) tensor.set_requires_grad(name.starts_with("heads."));
  }
  PrefixPlan plan(std::int64_t frontier) const { return mtt::plan_prefix(*model, source.tasks, frontier); }
  std::unique_ptr<ActivationCache> filled(std::int64_t frontier, CacheStorage storage,
                                          const ActivationCache* older = nullptr,
                                          std::int64_t threads = 1) const {
    auto cache = std::make_unique<ActivationCache>(*model, source, plan(frontier), storage);
    cache->fill(threads, 64, older, [](double) {});
    return cache;
  }
  CacheStorage disk(const std::string& key = "key", std::int64_t bytes = kAll) const {
    return {.directory = folder.path() / "cache", .bytes = bytes, .model_key = key};
  }
  std::size_t files() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry : fs::directory_iterator(folder.path() / "cache")) ++count;
    return count;
  }
  fs::path file() const { return fs::directory_iterator(folder.path() / "cache")->path(); }

  /// The cache gives what running the prefix gives, in batches that are not those it was filled with.
  void check(const ActivationCache& cache) const {
    for (const std::int64_t size : {1, 7, 30}) {
      for (std::int64_t from = 0; from < kExamples; from += size) {
        std::vector<std::int64_t> rows;
        for (std::int64_t r = std::min(from + size, kExamples) - 1; r >= from; --r) rows.push_back(r);
        const mtt::PackedBatch batch = mtt::make_batch(source.tokens, rows, model->backbone().shape());
        const PrefixValues kept = cache.values(batch, rows),
                           run = mtt::run_prefix(*model, cache.plan(), batch);
        REQUIRE(kept.tokens.size() == run.tokens.size());
        REQUIRE(kept.sentences.size() == run.sentences.size());
        for (std::size_t i = 0; i < run.tokens.size(); ++i)
          CHECK(largest_difference(kept.tokens[i], run.tokens[i]) < 2e-6);
        for (std::size_t i = 0; i < run.sentences.size(); ++i)
          CHECK(largest_difference(kept.sentences[i], run.sentences[i]) < 2e-6);
      }
    }
  }
};

}  // namespace

TEST_CASE("a cache gives what the frozen prefix gives") {
  const Fixture f;
  for (const std::int64_t frontier : {1, 2, 3, 4}) {
    INFO(frontier);
    f.check(*f.filled(frontier, {.directory = {}, .bytes = kAll, .model_key = {}}));
    f.check(*f.filled(frontier, f.disk()));
    f.check(*f.filled(frontier, {.directory = {}, .bytes = kAll, .model_key = {}}, nullptr, 2));
  }
}

TEST_CASE("a limit keeps a part of the texts, and the rest is computed") {
  const Fixture f;
  const std::int64_t all = f.filled(3, {.directory = {}, .bytes = kAll, .model_key = {}})->bytes();
  for (const std::int64_t bytes : {std::int64_t{0}, std::int64_t{3'000}, all / 2, all - 1, all}) {
    INFO(bytes);
    const auto memory = f.filled(3, {.directory = {}, .bytes = bytes, .model_key = {}});
    CHECK(memory->bytes() <= bytes);
    CHECK((memory->kept() == kExamples) == (bytes == all));
    CHECK((memory->kept() == 0) == (bytes == 0));
    f.check(*memory);
    f.check(*f.filled(3, f.disk("key", bytes)));
  }
}

TEST_CASE("a cache is filled from one below it, also where that one keeps fewer texts") {
  const Fixture f;
  for (const std::int64_t bytes : {kAll, std::int64_t{6'000}, std::int64_t{0}}) {
    const auto low = f.filled(1, {.directory = {}, .bytes = bytes, .model_key = {}});
    for (const std::int64_t frontier : {2, 3, 4})
      f.check(*f.filled(frontier, {.directory = {}, .bytes = kAll, .model_key = {}}, low.get()));
  }
}

TEST_CASE("a cache above is no help for one below, and does no harm") {
  const Fixture f;
  const auto high = f.filled(4, {.directory = {}, .bytes = kAll, .model_key = {}});
  const auto middle = f.filled(3, {.directory = {}, .bytes = kAll, .model_key = {}}, high.get());
  f.check(*middle);
  f.check(*f.filled(2, {.directory = {}, .bytes = kAll, .model_key = {}}, middle.get()));
}

TEST_CASE("what a cache below has is used: it is read and not computed again") {
  Fixture f;
  const auto low = f.filled(2, {.directory = {}, .bytes = kAll, .model_key = {}});
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : f.model->parameters())
    if (name.starts_with("backbone.embeddings")) at::Tensor(tensor).fill_(std::nan(""));
  const auto climbed = f.filled(3, {.directory = {}, .bytes = kAll, .model_key = {}}, low.get());
  const mtt::PackedBatch batch = mtt::make_batch(f.source.tokens, {0}, f.model->backbone().shape());
  for (const at::Tensor& tokens : climbed->values(batch, {0}).tokens)
    CHECK(tokens.isfinite().all().item<bool>() == true);
}

TEST_CASE("a cache on disk is found again by the same key alone") {
  Fixture f;
  CHECK_FALSE(f.filled(3, f.disk())->found());
  CHECK(f.files() == 1);
  {
    const auto again = f.filled(3, f.disk());
    CHECK(again->found());
    f.check(*again);
  }
  CHECK(f.files() == 1);
  CHECK_FALSE(f.filled(3, f.disk("other weights"))->found());
  CHECK_FALSE(f.filled(2, f.disk())->found());
  CHECK_FALSE(f.filled(3, f.disk("key", 5'000))->found());
  CHECK(f.files() == 4);
  SECTION("other tokens") { f.source.tokens[3].tokens.ids[1] ^= 1; }
  SECTION("other types of tokens") { f.source.tokens[3].tokens.type_ids[1] ^= 1; }
  SECTION("another order") { std::swap(f.source.tokens[3], f.source.tokens[4]); }
  SECTION("a text less") {
    f.source.tokens.pop_back();
    f.source.texts.pop_back();
  }
  SECTION("another length of the prompt") { f.source.tokens[3].prompt = 1; }
  SECTION("another pooling") {
    f.model->tasks()[2].reading.pooling = mtt::Pooling{.modes = {mtt::PoolingMode::cls}};
  }
  SECTION("not normalised") { f.model->tasks()[2].reading.normalize = false; }
  const ActivationCache changed(*f.model, f.source, f.plan(3), f.disk());
  CHECK_FALSE(changed.found());
}

TEST_CASE("a cache of pooled vectors that differ in their prompts' tokens is another one") {
  Fixture f;
  auto& pooling = f.model->tasks()[2].reading.pooling;
  pooling = mtt::Pooling{.modes = {mtt::PoolingMode::mean}, .include_prompt = true};
  CHECK_FALSE(f.filled(3, f.disk())->found());
  pooling->include_prompt = false;
  CHECK_FALSE(ActivationCache(*f.model, f.source, f.plan(3), f.disk()).found());
}

TEST_CASE("a truncated or longer cache file is not trusted") {
  const Fixture f;
  f.filled(3, f.disk());
  const fs::path file = f.file();
  const auto size = fs::file_size(file);
  for (const std::uintmax_t wrong : {std::uintmax_t{0}, size - 4, size + 4}) {
    fs::resize_file(file, wrong);
    const auto cache = f.filled(3, f.disk());
    CHECK_FALSE(cache->found());
    f.check(*cache);
    CHECK(fs::file_size(file) == size);
    CHECK(f.files() == 1);
  }
}

TEST_CASE("a cache file of the right size with other bytes is made anew, and says so") {
  const Fixture f;
  f.filled(3, f.disk());
  std::string content = file_text(f.file());
  const std::string good = content;
  for (const std::size_t place : {std::size_t{0}, content.size() / 2, content.size() - 1}) {
    content[place] = static_cast<char>(content[place] ^ 1);
    std::ofstream(f.file(), std::ios::binary) << content;
    const auto cache = f.filled(3, f.disk());
    CHECK_FALSE(cache->found());
    CHECK(cache->was_damaged());
    f.check(*cache);
    CHECK((file_text(f.file()) == good));
    content = good;
  }
  CHECK_FALSE(f.filled(3, f.disk())->was_damaged());
}

TEST_CASE("what a killed process left of a cache is removed, and what a living one fills is not") {
  const Fixture f;
  const ActivationCache living(*f.model, f.source, f.plan(2), f.disk());
  f.folder.write("cache/0.activations.part-1", "left");
  CHECK(f.files() == 2);
  f.filled(3, f.disk());
  CHECK(f.files() == 2);
  CHECK_FALSE(fs::exists(f.folder.path() / "cache/0.activations.part-1"));
}

TEST_CASE("a cache that was not filled to its end leaves no file") {
  const Fixture f;
  { const ActivationCache given_up(*f.model, f.source, f.plan(3), f.disk()); }
  CHECK(f.files() == 0);
  {
    ActivationCache interrupted(*f.model, f.source, f.plan(3), f.disk());
    CHECK_THROWS(interrupted.fill(1, 64, nullptr, [](double) { throw mtt::Error("stop"); }));
  }
  CHECK(f.files() == 0);
}

TEST_CASE("a cache whose folder cannot be created says so") {
  const Fixture f;
  f.folder.write("cache", "a file");
  CHECK_THROWS_WITH(
      ActivationCache(*f.model, f.source, f.plan(3), f.disk()),
      Contains("activation cache") && Contains("cannot be created") && Contains("cache.directory"));
}
