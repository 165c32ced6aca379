#include <stdexcept>

#include "mtt/plugin.h"

static void register_parts(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{.name = "throws",
                               .summary = "Throws.",
                               .options = {},
                               .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> {
                                 throw std::runtime_error("out of luck");
                               }});
  registry.add(
      mtt::HeadPlugin{.name = "throws_int",
                      .summary = "Throws an int.",
                      .options = {},
                      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> { throw 42; }});
  registry.add(mtt::HeadPlugin{
      .name = "null", .summary = "Makes nothing.", .options = {}, .create = [](const mtt::Options&) {
        return std::unique_ptr<mtt::Head>();
      }});
  mtt::OptionList options;
  options.number("share", 1.5, 0.0, 1.0, "A share.");
  registry.add(mtt::HeadPlugin{.name = "default",
                               .summary = "Has a default out of range.",
                               .options = options,
                               .create = [](const mtt::Options&) { return std::unique_ptr<mtt::Head>(); }});
}

MTT_PLUGIN("parts_fail", "1.0", register_parts)
