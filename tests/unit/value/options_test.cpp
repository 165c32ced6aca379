#include "mtt/options.h"

#include "catch.h"
#include "experiment/experiment.h"
#include "mtt/error.h"
#include "value/toml.h"

using mtt::OptionList;
using mtt::Options;

namespace {

OptionList declared() {
  return OptionList()
      .integer("steps", 10, 1, 100, "Steps.")
      .number("rate", 0.5, 0.0, 1.0, "Rate.")
      .boolean("shuffle", true, "Shuffle.")
      .choice("pooling", "mean", {"mean", "cls"}, "Pooling.")
      .strings("labels", std::vector<std::string>{}, "Labels.")
      .string("model", std::nullopt, "The model.");
}

Options read(const std::string& toml) {
  return Options::read(declared(), mtt::parse_toml(toml, "x.toml"), "[train]", mtt::experiment_hints());
}

}  // namespace

TEST_CASE("options have defaults, and say what was given") {
  const Options options = read("model = 'm'\nsteps = 3\nlabels = 'a'");
  CHECK(options.integer("steps") == 3);
  CHECK(options.number("rate") == 0.5);
  CHECK(options.boolean("shuffle"));
  CHECK(options.strings("labels") == std::vector<std::string>{"a"});
  CHECK(options.given("steps"));
  CHECK_FALSE(options.given("rate"));
}

TEST_CASE("a number may be written as an integer") {
  const Options options = read("model = 'm'\nrate = 1");
  CHECK(options.number("rate") == 1.0);
  CHECK(options.value("rate").is(mtt::Value::Kind::number));
}

TEST_CASE("each wrong option gives one sentence with its place") {
  CHECK_THROWS_WITH(read("model = 'm'\npoolng = 'cls'"),
                    "x.toml:2:1: unknown key \"poolng\" in [train]; did you mean 'pooling'?");
  CHECK_THROWS_WITH(
      read("model = 'm'\npooling = 'clss'"),
      "x.toml:2:1: 'pooling' in [train] is \"clss\"; expected one of 'mean', 'cls' (did you mean 'cls'?)");
  CHECK_THROWS_WITH(
      read("model = 'm'\nrate = '0.1'"),
      "x.toml:2:1: 'rate' in [train] is the string \"0.1\"; expected a number; remove the quotes");
  CHECK_THROWS_WITH(read("model = 'm'\nsteps = 'three'"),
                    "x.toml:2:1: 'steps' in [train] is the string \"three\"; expected an integer");
  CHECK_THROWS_WITH(
      read("model = 'm'\nsteps = '3'"),
      "x.toml:2:1: 'steps' in [train] is the string \"3\"; expected an integer; remove the quotes");
  CHECK_THROWS_WITH(read("model = 'm'\nsteps = 1.5"),
                    "x.toml:2:1: 'steps' in [train] is the number 1.5; expected an integer");
  CHECK_THROWS_WITH(read("model = 'm'\nsteps = -1"),
                    "x.toml:2:1: 'steps' in [train] is -1; expected 1 to 100");
  CHECK_THROWS_WITH(read("steps = 1"), "x.toml: 'model' is missing in [train]; it is a string: The model.");
}

TEST_CASE("the keys of other systems and of other tables are told where they belong") {
  const auto hint = [](const std::string& key, const std::string& value = "1") {
    try {
      read("model = 'm'\n" + key + " = " + value);
    } catch (const mtt::Error& error) {
      const std::string what = error.what(), begin = "x.toml:2:1: unknown key \"" + key + "\" in [train]; ";
      CHECK_THAT(what, Contains(begin));
      return what.substr(std::min(begin.size(), what.size()));
    }
    return std::string();
  };
  CHECK(hint("lr") == "write learning_rate in [train]");
  CHECK(hint("warmup_ratio") == "write warm_up in [train], a share of all steps");
  CHECK_THAT(hint("gradient_accumulation_steps"), Contains("write batch_size in [train]"));
  CHECK_THAT(hint("per_device_train_batch_size"), Contains("write batch_size in [train]"));
  CHECK(hint("max_grad_norm") == "write clip_norm in [train]");
  CHECK(hint("num_epochs") == "write epochs in [train]");
  CHECK(hint("num_train_epochs") == "write epochs in [train]");
  CHECK(hint("max_seq_length") == "write max_tokens in [backbone]");
  CHECK(hint("seed") == "it belongs in [run]");
  CHECK(hint("init") == "it belongs in [tasks.<name>]");
  CHECK(hint("dev_share") == "it belongs in [data] or [tasks.<name>]");
  CHECK(hint("step") == "did you mean 'steps'?");
  CHECK_THAT(hint("xyz"), Contains("it takes 'steps', 'rate'"));
}

TEST_CASE("an option that is not declared cannot be read") {
  CHECK_THROWS_WITH(read("model = 'm'").number("warmth"), "the option 'warmth' is read, but not declared");
}

TEST_CASE("an option cannot be declared twice") {
  CHECK_THROWS_AS(OptionList().boolean("a", true, "").boolean("a", true, ""), mtt::Error);
}

TEST_CASE("the nearest word is near or none") {
  CHECK(mtt::nearest("backbon", {"backbone", "data"}) == "backbone");
  CHECK(mtt::nearest("trian", {"train", "data"}) == "train");
  CHECK(mtt::nearest("adta", {"train", "data"}) == "data");
  CHECK(mtt::nearest("xyz", {"backbone", "data"}).empty());
}
