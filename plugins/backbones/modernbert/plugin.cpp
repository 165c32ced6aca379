#include "mtt/plugin.h"

#include "modernbert.h"

namespace {

void register_modernbert(mtt::Registry& registry) {
  registry.add(mtt::BackbonePlugin{
      .name = "modernbert",
      .summary = "ModernBERT: rotary positions, local and global attention, gated feed-forward.",
      .model_types = {"modernbert"},
      .options = {},
      .create = [](const mtt::Value& config, const mtt::Options&) -> std::unique_ptr<mtt::Backbone> {
        return std::make_unique<ModernBert>(ModernBertConfig::read(config));
      },
  });
}

}  // namespace

MTT_PLUGIN("modernbert", "1.0", register_modernbert)
