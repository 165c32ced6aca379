#include "experiment/other_words.h"

namespace mtt {
namespace {

constexpr OtherWord kWords[] = {
    {"policy", "linear_probe", "backbone"},
    {"policy", "linear_probing", "backbone"},
    {"policy", "linear-probe", "backbone"},
    {"policy", "probe", "backbone"},
    {"policy", "probing", "backbone"},
    {"policy", "encoder", "backbone"},
    {"policy", "all", "backbone"},
    {"policy", "frozen", "backbone"},
    {"policy", "heads_only", "backbone"},
    {"policy", "head_only", "backbone"},
    {"policy", "lp_ft", "probe_then_tune"},
    {"policy", "lp-ft", "probe_then_tune"},
    {"policy", "lpft", "probe_then_tune"},
    {"policy", "full", "none"},
    {"policy", "full_fine_tuning", "none"},
    {"policy", "fine_tuning", "none"},
    {"policy", "finetune", "none"},
    {"policy", "gradual_unfreezing", "gradual"},
    {"policy", "adapter", "houlsby"},
    {"policy", "adapters", "houlsby"},
    {"policy", "bias", "bitfit"},
    {"schedule", "linear_with_warmup", "linear"},
    {"schedule", "warmuplinear", "linear"},
    {"schedule", "cosine_with_restarts", "cosine"},
    {"schedule", "cosine_annealing", "cosine"},
    {"schedule", "constant_with_warmup", "constant"},
    {"schedule", "none", "constant"},
    {"pooling", "avg", "mean"},
    {"pooling", "average", "mean"},
    {"pooling", "mean_pooling", "mean"},
    {"pooling", "mean_tokens", "mean"},
    {"pooling", "first", "cls"},
    {"pooling", "cls_token", "cls"},
    {"pooling", "max_tokens", "max"},
    {"pooling", "last", "lasttoken"},
    {"pooling", "last_token", "lasttoken"},
    {"init", "random", "none"},
    {"init", "linear_probe", "logistic"},
    {"init", "probe", "logistic"},
    {"init", "lbfgs", "logistic"},
    {"init", "logistic_regression", "logistic"},
};

}  // namespace

std::span<const OtherWord> other_words() { return kWords; }

std::string own_word(std::string_view option, std::string_view word) {
  for (const OtherWord& name : kWords)
    if (name.option == option && name.other == word) return std::string(name.own);
  return {};
}

}  // namespace mtt
