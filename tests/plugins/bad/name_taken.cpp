#include "mtt/plugin.h"

static void register_twin(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "regression", .summary = "A twin.", .options = {}, .create = [](const mtt::Options&) {
        return std::unique_ptr<mtt::Head>();
      }});
}

MTT_PLUGIN("name_taken", "1.0", register_twin)
