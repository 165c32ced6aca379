#include "run/training_keys.h"

#include "io/digest.h"
#include "model/parameter_name.h"
#include "train/parameter_groups.h"

namespace mtt {

std::string model_key(const Encoder& encoder) {
  Digest key;
  for (const nn::Module* module : {static_cast<const nn::Module*>(&encoder.model->backbone().module()),
                                   static_cast<const nn::Module*>(&encoder.model->modules())}) {
    for (const auto& [name, tensor] : module->parameters()) {
      if (is_adapter(name)) continue;
      key.add(name);
      const at::Tensor values = tensor.detach().contiguous();
      key.add(values.const_data_ptr(), values.nbytes());
    }
  }
  key.add(encoder.plugin);
  key.add(encoder.directory.config.json());
  key.add(encoder.backbone_options.resolved().json());
  key.add(encoder.max_tokens);
  key.add(encoder.prompt);
  return key.hex();
}

std::string data_key(const std::vector<TrainingSource>& sources) {
  Digest key;
  for (const TrainingSource& source : sources) {
    for (const TokenizedText& text : source.tokens)
      key.add(text.tokens.ids.data(), text.tokens.ids.size() * sizeof text.tokens.ids[0]);
    for (const auto& labels : source.labels)
      for (const Value& label : labels) key.add(label.json());
  }
  return key.hex();
}

std::string held_out_key(const std::vector<HeldOut>& held_out, ExampleFiles& files) {
  Digest key;
  for (const HeldOut& item : held_out) {
    const Examples& examples = files.get(item.file);
    for (const std::string& text : examples.texts) key.add(text);
    for (const std::string& text : examples.partners) key.add(text);
    for (const Value& label : examples.labels(item.field)) key.add(label.json());
  }
  return key.hex();
}

}  // namespace mtt
