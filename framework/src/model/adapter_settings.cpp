#include "model/adapter_settings.h"

#include "mtt/options.h"

namespace mtt {
namespace {

constexpr const char* kLora = "lora";

OptionList adapter_options() {
  return OptionList()
      .choice("kind", std::nullopt, {kLora, "houlsby"}, "The kind of adapter.")
      .strings("places", std::nullopt, "Where the adapters are.")
      .integer("size", std::nullopt, 1, 1'000'000, "LoRA's rank, or the size of the bottleneck.")
      .number("alpha", std::nullopt, 0, 1e9, "LoRA's alpha.");
}

}  // namespace

Value adapter_table(const AdapterSettings& settings) {
  Value::Array places;
  for (const std::string& place : settings.places) places.emplace_back(place);
  return Value(Value::Table{{"kind", settings.kind == AdapterSettings::Kind::lora ? kLora : "houlsby"},
                            {"places", Value(std::move(places))},
                            {"size", settings.size},
                            {"alpha", settings.alpha}});
}

AdapterSettings read_adapter_table(const Value& table) {
  const Options options = Options::read(adapter_options(), table, "the adapters");
  return {
      .kind = options.string("kind") == kLora ? AdapterSettings::Kind::lora : AdapterSettings::Kind::houlsby,
      .places = options.strings("places"),
      .size = options.integer("size"),
      .alpha = options.number("alpha")};
}

}  // namespace mtt
