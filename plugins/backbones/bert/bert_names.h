// The tensors of a checkpoint and the parameters that they fill.
#pragma once

#include <optional>
#include <string_view>

#include "bert_config.h"
#include "mtt/backbone.h"

/// Where a checkpoint's tensor goes, by the names of its model type, with or without the prefix that models
/// with heads put before the encoder. Poolers and heads of pre-training are known and not needed.
std::optional<mtt::WeightTarget> bert_weight_target(const BertConfig& config, std::string_view name);

/// The classes with heads of model type `bert`; none for the others.
std::optional<mtt::HuggingFaceClasses> bert_classes(const BertConfig& config);
