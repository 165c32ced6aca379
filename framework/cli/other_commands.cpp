#include "other_commands.h"

namespace mtt {
namespace {

constexpr OtherName kCommands[] = {
    {"train", "run"},          {"fit", "run"},
    {"finetune", "run"},       {"fine-tune", "run"},
    {"tune", "run"},           {"start", "run"},
    {"resume", "run"},         {"eval", "evaluate"},
    {"test", "evaluate"},      {"score", "evaluate"},
    {"embed", "encode"},       {"embeddings", "encode"},
    {"infer", "predict"},      {"inference", "predict"},
    {"classify", "predict"},   {"tag", "predict"},
    {"tokens", "tokenize"},    {"grid", "sweep"},
    {"search", "sweep"},       {"diff", "compare"},
    {"plot", "report"},        {"show", "config show"},
    {"check", "run --check"},  {"validate", "data check"},
    {"import", "data import"}, {"convert", "data import"},
    {"save", "export"},        {"init", "plugins new"},
    {"new", "plugins new"},    {"heads", "plugins"},
    {"list", "plugins"},       {"help", "--help"},
    {"version", "--version"},
};

constexpr OtherName kOptions[] = {
    {"file", "--input"},
    {"text", "--input"},
    {"texts", "--input"},
    {"text-file", "--input"},
    {"input-file", "--input"},
    {"data", "--input"},
    {"input", "--data"},
    {"test", "--data"},
    {"test-file", "--data"},
    {"out", "--output"},
    {"output", "--out"},
    {"output-file", "--output"},
    {"o", "--out"},
    {"o", "--output"},
    {"i", "--input"},
    {"m", "--model"},
    {"n", "--check"},
    {"output-dir", "--out"},
    {"output-dir", "--output"},
    {"output_dir", "--out"},
    {"run", "--model"},
    {"checkpoint", "--model"},
    {"model-name", "--model"},
    {"model-path", "--model"},
    {"model_name", "--model"},
    {"model_name_or_path", "--model"},
    {"model-name-or-path", "--model"},
    {"max-length", "--max-tokens"},
    {"max_length", "--max-tokens"},
    {"max-seq-length", "--max-tokens"},
    {"num-threads", "--threads"},
    {"n-jobs", "--threads"},
    {"jobs", "--threads"},
    {"top-k", "--top"},
    {"topk", "--top"},
    {"text-column", "--field"},
    {"text-key", "--field"},
    {"key", "--field"},
    {"column", "--field"},
    {"dry-run", "--check"},
    {"validate", "--check"},
    {"continue", "--resume"},
    {"resume-from-checkpoint", "--resume"},
    {"override", "--set"},
    {"plugins", "--plugin-path"},
};

}  // namespace

std::span<const OtherName> other_commands() { return kCommands; }

std::span<const OtherName> other_options() { return kOptions; }

std::string_view own_command(std::string_view word) { return own_name(kCommands, word); }

std::vector<std::string_view> own_options(std::string_view word) {
  std::vector<std::string_view> options;
  for (const OtherName& name : kOptions)
    if (name.other == word) options.push_back(name.own);
  return options;
}

}  // namespace mtt
