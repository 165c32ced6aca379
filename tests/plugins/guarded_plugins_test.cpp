// What a weighting or a backbone throws names the plugin and the function.
#include <ATen/ops/ones.h>

#include <functional>
#include <map>
#include <string>

#include "catch.h"
#include "model/guarded_backbone.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_catalog.h"
#include "train/guarded_weighting.h"

namespace {

mtt::Options throws_in(const mtt::OptionList& options, const std::string& function) {
  return mtt::Options::read(options, mtt::Value::Table{{"how", "throws in " + function}}, "options");
}

/// Each function by itself in a plugin that throws a std::runtime_error there.
template <class Guarded>
void check_named(const std::string& plugin, const std::map<std::string, std::function<void(Guarded&)>>& calls,
                 const std::function<Guarded(const std::string& function)>& make) {
  for (const auto& [function, call] : calls) {
    INFO(function);
    CHECK_THROWS_WITH(
        [&] {
          Guarded guarded = make(function);
          call(guarded);
        }(),
        "the " + plugin + " failed in " + function + ": no patience");
    Guarded other = make("no function");
    CHECK_NOTHROW(call(other));
  }
}

}  // namespace

TEST_CASE("whatever a weighting throws names the weighting and the function") {
  mtt::PluginCatalog catalog({MTT_BAD_PLUGINS});
  const mtt::WeightingPlugin plugin = catalog.weighting("breaks_weighting");
  const mtt::WeightingStep step{
      .step = 0, .epoch = 0, .seed = 1, .present = {}, .losses = {}, .gradient_norms = {}};
  using Weighting = mtt::GuardedWeighting;
  check_named<Weighting>(
      "weighting 'breaks_weighting'",
      {{"needs", [](Weighting& w) { w.by_gradients(); }},
       {"own_objective", [](Weighting& w) { w.own_objective(); }},
       {"learning_rate", [](Weighting& w) { w.learning_rate(); }},
       {"weight_decay", [](Weighting& w) { w.weight_decay(); }},
       {"begin", [](Weighting& w) { w.begin({}); }},
       {"after_step", [&](Weighting& w) { w.after_step(step, [] { return std::vector<double>(); }); }},
       {"after_epoch", [](Weighting& w) { w.after_epoch(0, {}); }},
       {"state", [](Weighting& w) { w.state(); }},
       {"restore",
        [](Weighting& w) {
          w.restore(mtt::Value::Table{{"steps", 1}});
        }},
       {"weights", [&](Weighting& w) { w.weights(step, {}); }},
       {"coefficients",
        [&](Weighting& w) {
          w.coefficients(at::ones({0, 0}), step);
        }},
       {"combine",
        [&](Weighting& w) {
          w.combine(at::ones({1, 1}), step);
        }}},
      [&](const std::string& function) {
        return Weighting(mtt::make_weighting(plugin, throws_in(plugin.options, function)), plugin.name);
      });
}

TEST_CASE("whatever a backbone throws names the backbone and the function") {
  mtt::PluginCatalog catalog({MTT_BAD_PLUGINS});
  const mtt::BackbonePlugin plugin = catalog.backbone("breaks_backbone");
  const mtt::Value config = mtt::Value::Table{{"vocab_size", 5}, {"hidden_size", 4}};
  using Backbone = mtt::GuardedBackbone;
  check_named<Backbone>(
      "backbone 'breaks_backbone'",
      {{"shape", [](Backbone& b) { b.shape(); }},
       {"embed",
        [](Backbone& b) {
          mtt::PackedBatch batch;
          batch.ids = at::ones({2}, at::kLong);
          b.embed(batch);
        }},
       {"layers",
        [](Backbone& b) {
          b.layers(at::ones({2, 4}), {}, 0, 2);
        }},
       {"adapter_places", [](Backbone& b) { b.adapter_places(); }},
       {"weight_target", [](Backbone& b) { b.weight_target("embeddings.word"); }},
       {"hugging_face_classes", [](Backbone& b) { b.hugging_face_classes(); }}},
      [&](const std::string& function) {
        return Backbone(mtt::make_backbone(plugin, config, throws_in(plugin.options, function)), plugin.name);
      });
}
