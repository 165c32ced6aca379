#include "freeze/freeze_policy.h"

#include <algorithm>

#include "catch.h"
#include "mtt/error.h"
#include "value/toml.h"

using mtt::FreezePolicy;

namespace {

const std::vector<std::string> kTasks = {"intent", "slots"};

struct Parameter {
  std::string name;
  std::int64_t size;
};

/// The parameters of a BERT of this shape (MiniLM-L6-H384: 6, 384, 1536, 30522, 512) with two heads.
std::vector<Parameter> bert(std::int64_t layers, std::int64_t hidden, std::int64_t inner, std::int64_t words,
                            std::int64_t positions) {
  std::vector<Parameter> all = {{"backbone.embeddings.word.weight", words * hidden},
                                {"backbone.embeddings.position.weight", positions * hidden},
                                {"backbone.embeddings.type.weight", 2 * hidden}};
  const auto norm = [&](const std::string& name) {
    all.push_back({name + ".weight", hidden});
    all.push_back({name + ".bias", hidden});
  };
  const auto linear = [&](const std::string& name, std::int64_t in, std::int64_t out) {
    all.push_back({name + ".weight", in * out});
    all.push_back({name + ".bias", out});
  };
  norm("backbone.embeddings.norm");
  for (std::int64_t l = 0; l < layers; ++l) {
    const std::string layer = "backbone.layers." + std::to_string(l) + ".";
    linear(layer + "attention.qkv", hidden, 3 * hidden);
    linear(layer + "attention.output", hidden, hidden);
    norm(layer + "attention.norm");
    linear(layer + "ffn.intermediate", hidden, inner);
    linear(layer + "ffn.output", inner, hidden);
    norm(layer + "ffn.norm");
  }
  linear("heads.intent.classifier", hidden, 7);
  linear("heads.slots.classifier", hidden, 5);
  return all;
}

FreezePolicy policy(const std::string& toml, std::int64_t layers = 6, const mtt::HeadsAtStart& heads = {}) {
  return FreezePolicy::from(
      mtt::Options::read(mtt::freeze_options(), mtt::parse_toml(toml, "x.toml"), "[freeze]"), layers, kTasks,
      heads);
}

std::string refusal(const std::string& toml) {
  try {
    policy(toml);
  } catch (const mtt::Error& error) {
    return error.what();
  }
  return "";
}

std::int64_t backbone_count(const mtt::Phase& phase) {
  std::int64_t count = 0;
  for (const Parameter& p : bert(6, 384, 1536, 30522, 512))
    if (p.name.starts_with("backbone.") && phase.trains(p.name)) count += p.size;
  return count;
}

constexpr std::int64_t kEmbeddings = 11'918'592, kLayer = 1'774'464;

}  // namespace

TEST_CASE("how much of MiniLM-L6-H384 learns under each policy") {
  const auto of = [](const std::string& toml) { return backbone_count(policy(toml).phases.at(0)); };
  CHECK(of("") == kEmbeddings + 6 * kLayer);
  CHECK(of("policy = 'none'") == kEmbeddings + 6 * kLayer);
  CHECK(of("policy = 'backbone'") == 0);
  CHECK(of("policy = 'embeddings'") == 6 * kLayer);
  CHECK(of("policy = 'bottom_layers'\nlayers = 0") == 6 * kLayer);
  CHECK(of("policy = 'bottom_layers'\nlayers = 4") == 2 * kLayer);
  CHECK(of("policy = 'bottom_layers'\nlayers = 6") == 0);
  CHECK(of("policy = 'top_layers'\nlayers = 0") == 0);
  CHECK(of("policy = 'top_layers'\nlayers = 1") == kLayer);
  CHECK(of("policy = 'top_layers'\nlayers = 6") == 6 * kLayer);
  CHECK(of("policy = 'heads'\nheads = ['slots']") == kEmbeddings + 6 * kLayer);
  CHECK(of("policy = 'bitfit'") == 25'728);
  CHECK(of("policy = 'layer_norm'") == 9'984);
  CHECK(of("policy = 'probe_then_tune'") == kEmbeddings + 6 * kLayer);
  CHECK(of("policy = 'probe_then_tune'\nepochs = 1") == 0);
  CHECK(of("policy = 'gradual'") == 0);
  CHECK(of("policy = 'autofreeze'") == 6 * kLayer);
  CHECK(of("policy = 'lora'") == 0);
  CHECK(of("policy = 'houlsby'") == 9'984);
  CHECK(of("policy = 'pattern'\nfreeze = ['backbone.layers.0-3', 'backbone.embeddings']") == 2 * kLayer);
  CHECK(of("policy = 'pattern'\nfreeze = ['*']\ntrain = ['backbone.layers.5']") == kLayer);
}

TEST_CASE("heads learn under every policy but for those that freeze them") {
  for (const char* toml :
       {"policy = 'none'", "policy = 'backbone'", "policy = 'embeddings'",
        "policy = 'bottom_layers'\nlayers = 3", "policy = 'top_layers'\nlayers = 3", "policy = 'bitfit'",
        "policy = 'layer_norm'", "policy = 'gradual'", "policy = 'probe_then_tune'", "policy = 'lora'",
        "policy = 'houlsby'", "policy = 'autofreeze'", "policy = 'pattern'\nfreeze = ['backbone']"}) {
    INFO(toml);
    for (const mtt::Phase& phase : policy(toml).phases) {
      CHECK(phase.trains("heads.intent.classifier.weight"));
      CHECK(phase.trains("heads.slots.classifier.bias"));
    }
  }
  const FreezePolicy frozen = policy("policy = 'heads'\nheads = ['slots']");
  CHECK(frozen.phases.at(0).trains("heads.intent.classifier.weight"));
  CHECK_FALSE(frozen.phases.at(0).trains("heads.slots.classifier.weight"));
  CHECK_FALSE(frozen.phases.at(0).trains("heads.slots.classifier.bias"));
}

TEST_CASE("gradual unfreezing: heads, then a layer more at a time from above, the embeddings last") {
  const std::int64_t layers = 6;
  for (const std::int64_t epochs : {1, 3}) {
    const FreezePolicy gradual = policy("policy = 'gradual'\nepochs = " + std::to_string(epochs));
    REQUIRE(gradual.phases.size() == static_cast<std::size_t>(layers + 2));  // n + 1 events
    for (std::int64_t p = 0; p < layers + 2; ++p) {
      const mtt::Phase& phase = gradual.phases[p];
      CHECK(phase.first_epoch == p * epochs);
      for (std::int64_t l = 0; l < layers; ++l)
        CHECK(phase.trains("backbone.layers." + std::to_string(l) + ".ffn.output.weight") ==
              (l >= layers - p));
      CHECK(phase.trains("backbone.embeddings.word.weight") == (p == layers + 1));
    }
    for (std::int64_t epoch = 0; epoch < 40; ++epoch)
      CHECK(gradual.phase_of(epoch) == static_cast<std::size_t>(std::min(epoch / epochs, layers + 1)));
  }
}

TEST_CASE("gradual unfreezing starts with the top layer where every head starts as a probe") {
  const FreezePolicy gradual = policy("policy = 'gradual'", 6, {.random = {}, .all_probes = true});
  REQUIRE(gradual.phases.size() == 7);
  CHECK(gradual.phases[0].first_epoch == 0);
  CHECK(backbone_count(gradual.phases[0]) == kLayer);
  CHECK(gradual.phases[1].first_epoch == 1);
  CHECK(backbone_count(gradual.phases[6]) == kEmbeddings + 6 * kLayer);
}

TEST_CASE("probe, then tune without epochs has one phase, and needs fitted heads") {
  CHECK(policy("policy = 'probe_then_tune'").phases.size() == 1);
  const mtt::HeadsAtStart random{.random = {"slots"}, .all_probes = false};
  CHECK_THROWS_WITH(policy("policy = 'probe_then_tune'", 6, random),
                    Contains("begins with fitted heads, but task 'slots' starts with random weights"));
  CHECK(policy("policy = 'probe_then_tune'\nepochs = 1", 6, random).phases.size() == 2);
}

TEST_CASE("probe, then tune: heads for some epochs, then everything") {
  const FreezePolicy probe = policy("policy = 'probe_then_tune'\nepochs = 2");
  REQUIRE(probe.phases.size() == 2);
  CHECK(probe.phase_of(0) == 0);
  CHECK(probe.phase_of(1) == 0);
  CHECK(probe.phase_of(2) == 1);
  CHECK(backbone_count(probe.phases[1]) == kEmbeddings + 6 * kLayer);
}

TEST_CASE("adapters have the places and sizes of their papers unless told otherwise") {
  using Kind = mtt::AdapterSettings::Kind;
  CHECK(policy("").adapters.kind == Kind::none);
  const mtt::AdapterSettings lora = policy("policy = 'lora'").adapters;
  CHECK(lora.kind == Kind::lora);
  CHECK(lora.places == std::vector<std::string>{"attention.query", "attention.value"});
  CHECK(lora.size == 8);
  CHECK(lora.alpha == 16);
  const mtt::AdapterSettings houlsby = policy("policy = 'houlsby'").adapters;
  CHECK(houlsby.kind == Kind::houlsby);
  CHECK(houlsby.places == std::vector<std::string>{"attention.output", "ffn.output"});
  CHECK(houlsby.size == 64);
  CHECK(policy("policy = 'lora'\nsize = 2\nplaces = 'ffn.output'").adapters.places ==
        std::vector<std::string>{"ffn.output"});
}

TEST_CASE("a wrong [freeze] is refused in one sentence that names the key") {
  CHECK_THAT(refusal("policy = 'botom_layers'"), Contains("bottom_layers"));
  CHECK_THAT(refusal("policy = 'bottom_layers'"), Contains("needs layers"));
  CHECK_THAT(refusal("policy = 'top_layers'\nlayers = 7"), Contains("layers is 7") && Contains("6 layers"));
  CHECK_THAT(refusal("policy = 'heads'"), Contains("needs heads"));
  CHECK_THAT(refusal("policy = 'heads'\nheads = ['slot']"), Contains("did you mean 'slots'"));
  CHECK_THAT(refusal("policy = 'pattern'"), Contains("needs freeze"));
  CHECK_THAT(refusal("policy = 'backbone'\nlayers = 2"), Contains("layers") && Contains("backbone"));
  CHECK_THAT(refusal("layers = 2"), Contains("bottom_layers"));
  CHECK_THAT(refusal("policy = 'houlsby'\nalpha = 2"), Contains("alpha"));
  CHECK_THAT(refusal("policy = 'lora'\nplaces = ['attention.qury']"), Contains("attention.query"));
  CHECK_THAT(refusal("policy = 'autofreeze'\npercentile = 101"), Contains("percentile"));
  for (const char* toml : {"policy = 'bottom_layers'", "policy = 'heads'", "layers = 2"})
    CHECK_THAT(refusal(toml), Contains("x.toml:") || Contains("[freeze]"));
}

TEST_CASE("a selector that names nothing is refused") {
  std::vector<std::string> names;
  for (const Parameter& p : bert(6, 384, 1536, 30522, 512)) names.push_back(p.name);
  const auto check = [&](const std::string& toml) {
    const mtt::Options freeze =
        mtt::Options::read(mtt::freeze_options(), mtt::parse_toml(toml, "x.toml"), "[freeze]");
    mtt::check_selectors(freeze, names);
  };
  const std::string pattern = "policy = 'pattern'\n";
  CHECK_NOTHROW(
      check(pattern + "freeze = ['backbone.layers.0-3', '*.bias', 'heads.intent']\ntrain = ['*norm*']"));
  CHECK_NOTHROW(check("policy = 'backbone'"));
  for (const std::string wrong :
       {"backbone.layer.0-3", "backbone.layers.6-9", "heads.intents", "*.biases", "layers.0", ""}) {
    INFO(wrong);
    CHECK_THROWS_WITH(check(pattern + "freeze = ['" + wrong + "']"),
                      Contains("'" + wrong + "' matches no parameter"));
    CHECK_THROWS_WITH(check(pattern + "freeze = ['*']\ntrain = ['heads', '" + wrong + "']"),
                      Contains("'" + wrong + "' matches no parameter"));
  }
}
