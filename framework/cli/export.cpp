#include <filesystem>
#include <memory>

#include "export/hugging_face_head.h"
#include "export/peft_adapter.h"
#include "export/sentence_transformers_directory.h"
#include "io/file.h"
#include "model_option.h"
#include "mtt/error.h"
#include "run/run_directory.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Export {
  std::string run, directory, head;
  bool adapter = false;
  std::vector<std::string> plugin_path;

  void write() const {
    if (!is_run_directory(run))
      throw Error("'" + run + "' is not a run directory; give one that mtt run wrote");
    Console console;
    PluginCatalog plugins = plugin_catalog(plugin_path);
    LoadedRun loaded = load_run(named_path(run), {}, plugins);
    if (!loaded.encoder.serves_model_type)
      throw Error(
          "the encoder of '" + run + "' is the backbone '" + loaded.encoder.plugin + "', which is no '" +
          loaded.encoder.directory.model_type +
          "' model, so programs would misread a directory of it; encode texts with mtt encode --model " +
          run);
    for (const std::string& warning : loaded.encoder.warnings) console.warn(warning);
    if (adapter)
      write_peft_adapter(loaded, directory);
    else if (!head.empty())
      write_hugging_face_head(loaded, head, run, directory);
    else
      write_sentence_transformers(loaded, run, directory);
    console.say("written to " + directory + "\n");
  }
};

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<Export>();
  CLI::App* verb =
      app.add_subcommand("export", "Write a trained encoder for sentence-transformers, transformers or PEFT");
  verb->add_option("run", options->run, "The directory of a run")->type_name("RUN")->required();
  verb->add_option("directory", options->directory, "A new directory")->type_name("DIR")->required();
  CLI::Option* head = verb->add_option("--head", options->head,
                                       "Also write the head of this task: a token head for transformers, a "
                                       "sentence head as head.safetensors for sentence-transformers");
  head->type_name("TASK");
  verb->add_flag("--adapter", options->adapter, "Write only the LoRA adapter, for PEFT")->excludes(head);
  add_plugin_path(*verb, options->plugin_path);
  verb->callback([options] { options->write(); });
}

}  // namespace mtt
