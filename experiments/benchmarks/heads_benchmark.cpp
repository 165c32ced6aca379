// What heads cost in a pass. Encoders with no head (twice, to show the noise), one, two and three take turns
// in one process, with one thread; each round compares the processor time of its passes with that of the
// first, and the quartiles of these ratios are printed. Usage: heads_benchmark [rounds]
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "model/encoder.h"
#include "model/session.h"
#include "plugin/make_parts.h"
#include "sentences.h"

namespace {

void add_head(mtt::Encoder& encoder, mtt::PluginCatalog& plugins, const std::string& plugin,
              const std::string& labels) {
  const mtt::HeadPlugin head = plugins.head(plugin);
  mtt::Value options{mtt::Value::Table{}};
  if (head.options.find("labels")) {
    mtt::Value::Array names;
    for (int i = 0; i < std::stoi(labels); ++i) names.emplace_back("label" + std::to_string(i));
    options.set("labels", std::move(names));
  }
  mtt::Task task{
      plugin, plugin, {}, mtt::make_head(head, mtt::Options::read(head.options, options, "")), true};
  task.learn_labels({});
  task.build(encoder.model->feature_width(task));
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : task.module().parameters()) tensor.normal_(0, 0.02);
  encoder.model->add(std::move(task));
}

struct Arm {
  const char* name;
  int heads;
  std::unique_ptr<mtt::Encoder> encoder;
  std::vector<double> ratios;
};

// Heads: 7 intents, 39 slots, one number.
void load(Arm& arm, mtt::PluginCatalog& plugins) {
  mtt::EncoderSettings settings;
  settings.model = "all-MiniLM-L6-v2";
  arm.encoder = std::make_unique<mtt::Encoder>(mtt::load_encoder(settings, plugins));
  if (arm.heads > 0) add_head(*arm.encoder, plugins, "classification", "7");
  if (arm.heads > 1) add_head(*arm.encoder, plugins, "token_classification", "39");
  if (arm.heads > 2) add_head(*arm.encoder, plugins, "regression", "");
}

double processor_seconds(const Arm& arm, const std::vector<std::string>& texts) {
  mtt::Session session(*arm.encoder->model, arm.encoder->text_encoder(), 1, 512);
  const std::clock_t start = std::clock();
  session.run({.texts = texts, .predictions = true});
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

double quartile(const std::vector<double>& sorted, int which) {
  return sorted[(sorted.size() - 1) * which / 4];
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 101;
  if (rounds < 1) {
    std::fprintf(stderr, "heads_benchmark: found %s, expected a number of rounds of at least 1\n", argv[1]);
    return 2;
  }
  mtt::PluginCatalog plugins(mtt::PluginCatalog::search_folders({}));
  Arm arms[] = {{"none", 0, {}, {}},
                {"none again", 0, {}, {}},
                {"one head", 1, {}, {}},
                {"two heads", 2, {}, {}},
                {"three heads", 3, {}, {}}};
  const auto texts = sentences(64, 4, 40);
  for (Arm& arm : arms) {
    load(arm, plugins);
    processor_seconds(arm, texts);
  }
  for (int round = 0; round < rounds; ++round) {
    double seconds[std::size(arms)];
    for (std::size_t i = 0; i < std::size(arms); ++i) {
      const std::size_t which = (i + round) % std::size(arms);
      seconds[which] = processor_seconds(arms[which], texts);
    }
    for (std::size_t i = 0; i < std::size(arms); ++i) arms[i].ratios.push_back(seconds[i] / seconds[0]);
  }
  std::printf("processor time of a pass beside that of no head, %d rounds: median (quartiles)\n", rounds);
  for (Arm& arm : arms) {
    std::sort(arm.ratios.begin(), arm.ratios.end());
    std::printf("  %-12s %.4f (%.4f to %.4f)\n", arm.name, quartile(arm.ratios, 2), quartile(arm.ratios, 1),
                quartile(arm.ratios, 3));
  }
}
