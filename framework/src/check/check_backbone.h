// A backbone through its contract.
#pragma once

#include "check/contract_report.h"
#include "mtt/backbone.h"

namespace mtt {

/// Checks what mtt/backbone.h asks of a backbone, with made-up weights. `config` is a model's config.json;
/// null: a small one of the usual keys, with the first of the plugin's model types.
void check_backbone(const BackbonePlugin& plugin, const Options& options, const Value& config,
                    ContractReport& report);

}  // namespace mtt
