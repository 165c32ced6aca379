#include "train/train_settings.h"

#include <cmath>

#include "catch.h"
#include "train/cache_settings.h"
#include "value/toml.h"

using mtt::CacheSettings;
using mtt::TrainSettings;

namespace {

TrainSettings read(const std::string& toml) {
  return TrainSettings::read(
      mtt::Options::read(mtt::train_options(), mtt::parse_toml(toml, "e.toml"), "[train]"));
}

CacheSettings cache(const std::string& toml) {
  return CacheSettings::read(
      mtt::Options::read(mtt::cache_options(), mtt::parse_toml(toml, "e.toml"), "[cache]"));
}

}  // namespace

TEST_CASE("settings of a training: each key reaches its member, and words stand for what they mean") {
  const TrainSettings settings = read(
      "epochs = 4\nsteps_per_epoch = 5\nbatch_size = 6\ntokens_per_forward = 7\nlearning_rate = 0.1\n"
      "head_learning_rate = 0.2\nlayer_decay = 0.3\nweight_decay = 0.4\nbeta1 = 0.5\nbeta2 = 0.6\n"
      "epsilon = 0.7\nschedule = \"stlr\"\nwarm_up = 0.8\nclip_norm = 0.9\ndropout = 0.25\n"
      "evaluate_every = 8\nbest = \"a.b\"\npatience = 9\nsave_every = 10\nstatistics_every = 11\n"
      "learning_rates = { \"heads.a\" = 0.35, \"heads\" = 0 }\n");
  CHECK(settings.epochs == 4);
  CHECK(settings.steps_per_epoch == 5);
  CHECK(settings.batch_size == 6);
  CHECK(settings.tokens_per_forward == 7);
  CHECK(settings.optimizer.learning_rate == 0.1);
  CHECK(settings.optimizer.head_learning_rate == 0.2);
  CHECK(settings.optimizer.layer_decay == 0.3);
  CHECK(settings.optimizer.weight_decay == 0.4);
  CHECK(settings.optimizer.adamw.beta1 == 0.5);
  CHECK(settings.optimizer.adamw.beta2 == 0.6);
  CHECK(settings.optimizer.adamw.epsilon == 0.7);
  CHECK(settings.optimizer.schedule == "stlr");
  CHECK(settings.optimizer.warm_up == 0.8);
  CHECK(settings.optimizer.clip_norm == 0.9);
  CHECK(settings.dropout == 0.25);
  CHECK(settings.selection.evaluate_every == 8);
  CHECK(settings.selection.best == "a.b");
  CHECK(settings.selection.patience == 9);
  CHECK(settings.save_every == 10);
  CHECK(settings.statistics_every == 11);
  REQUIRE(settings.optimizer.rules.size() == 2);
  CHECK(settings.optimizer.rules[0].selector == "heads.a");
  CHECK(settings.optimizer.rules[0].rate.number() == 0.35);
  CHECK(settings.optimizer.rules[1].selector == "heads");

  const TrainSettings words = read("head_learning_rate = \"auto\"\nclip_norm = 0\ndropout = -1\n");
  CHECK_FALSE(words.optimizer.head_learning_rate);
  CHECK(std::isinf(words.optimizer.clip_norm));
  CHECK_FALSE(words.dropout);
}

TEST_CASE("settings of a training that no range excludes are refused with their place") {
  CHECK_THROWS_WITH(read("dropout = -0.5"), Contains("e.toml:1:1") && Contains("or -1"));
  CHECK_THROWS_WITH(read("learning_rates = { heads = -1 }"),
                    Contains("e.toml:1") && Contains("heads = -1 is not a learning rate"));
}

TEST_CASE("settings of a cache: megabytes become bytes") {
  CHECK(cache("").where == CacheSettings::Where::memory);
  CHECK(cache("where = \"none\"").where == CacheSettings::Where::none);
  const CacheSettings disk = cache("where = \"disk\"\nlimit_mb = 3\ndirectory = \"/c\"");
  CHECK(disk.where == CacheSettings::Where::disk);
  CHECK(disk.bytes == 3 * 1024 * 1024);
  CHECK(disk.directory == "/c");
}
