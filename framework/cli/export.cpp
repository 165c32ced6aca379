#include <filesystem>
#include <memory>

#include "export/hugging_face_head.h"
#include "export/peft_adapter.h"
#include "export/precision_record.h"
#include "export/sentence_transformers_directory.h"
#include "io/file.h"
#include "model_scores.h"
#include "mtt/error.h"
#include "run/run_directory.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Export {
  std::string run, directory, head;
  bool adapter = false;
  std::string precision, texts, data;
  std::vector<std::string> plugin_path;

  void write() const {
    if (!is_run_directory(run))
      throw Error("'" + run + "' is not a run directory; expected a directory written by mtt run");
    if (!precision.empty() && texts.empty())
      throw Error(
          "--precision int8 needs --texts FILE with at least 1000 texts, on which it is compared with fp32");
    const std::vector<std::string> compared =
        precision.empty() ? std::vector<std::string>{} : gate_texts(texts, precision);
    Console console;
    PluginCatalog plugins = plugin_catalog(plugin_path);
    LoadedRun loaded = load_run(named_path(run), {}, plugins);
    if (!loaded.encoder.serves_model_type)
      throw Error("the encoder of '" + run + "' uses the backbone '" + loaded.encoder.plugin +
                  "', which is not a '" + loaded.encoder.directory.model_type +
                  "' model, so other programs would compute wrong vectors from an export; encode texts with "
                  "mtt encode --model " +
                  run);
    for (const std::string& warning : loaded.encoder.warnings) console.warn(warning);
    if (!precision.empty())
      write_int8_directory(
          loaded, run, [&](const std::filesystem::path& written) { compare(written, compared, console); },
          directory);
    else if (adapter)
      write_peft_adapter(loaded, directory);
    else if (!head.empty())
      write_hugging_face_head(loaded, head, run, directory);
    else
      write_sentence_transformers(loaded, run, directory);
    console.say("written to " + directory + "\n");
  }

  /// Compares an export in int8 with the run in fp32: its vectors, and the heads of the run in its precision.
  /// Adds the figures to the export. Throws Error if the difference is too large.
  void compare(const std::filesystem::path& written, const std::vector<std::string>& compared,
               Console& console) const {
    ModelOption model;
    model.model = run;
    model.precision = precision;
    model.plugin_path = plugin_path;
    ModelOption exported = model;
    exported.model = written.string();
    const OpenModel reduced = open_model(exported, Heads::unused, console);
    const OpenModel with_heads = open_model(model, Heads::used, console);
    const std::vector<TaskScore> scores = score_for_gate(with_heads, data, run, console).scores;
    const PrecisionGate gate = precision_gate(model, *reduced.session, scores, data, compared, console);
    console.say(gate_text(gate));
    require_gate(gate, precision);
    write_precision_record(
        written,
        {.precision = precision, .model = run, .texts_file = texts, .texts = compared, .gate = gate});
  }
};

}  // namespace

void add_export(CLI::App& app) {
  auto options = std::make_shared<Export>();
  CLI::App* verb = app.add_subcommand(
      "export",
      "Write a trained encoder for sentence-transformers, transformers or PEFT, or for mtt in int8");
  verb->add_option("run", options->run, "The directory of a run")->type_name("RUN")->required();
  verb->add_option("directory", options->directory, "A new directory")->type_name("DIR")->required();
  CLI::Option* head = verb->add_option("--head", options->head,
                                       "Also write the head of this task: a token head for transformers, a "
                                       "sentence head as head.safetensors for sentence-transformers");
  head->type_name("TASK");
  CLI::Option* adapter =
      verb->add_flag("--adapter", options->adapter, "Write only the LoRA adapter, for PEFT");
  adapter->excludes(head);
  CLI::Option* precision = verb->add_option(
      "--precision", options->precision,
      "int8: linear layers in int8, for mtt alone. Nothing is written if the result differs too much from "
      "fp32 on --texts");
  precision->check(CLI::IsMember({precision_name(Precision::int8)}))
      ->type_name("P")
      ->excludes(head)
      ->excludes(adapter);
  verb->add_option("--texts", options->texts,
                   "File with at least 1000 different texts, on which int8 is compared with fp32")
      ->type_name("FILE")
      ->needs(precision);
  verb->add_option("--data", options->data,
                   "Labelled examples on which heads are compared; default: the test sets of the run")
      ->type_name("FILE")
      ->needs(precision);
  add_plugin_path(*verb, options->plugin_path);
  verb->callback([options] { options->write(); });
}

}  // namespace mtt
