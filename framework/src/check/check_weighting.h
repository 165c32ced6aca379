// A weighting through its contract.
#pragma once

#include "check/contract_report.h"
#include "mtt/weighting.h"

namespace mtt {

/// Checks what mtt/weighting.h asks of a weighting, with one, two and three tasks over some steps.
void check_weighting(const WeightingPlugin& plugin, const Options& options, ContractReport& report);

}  // namespace mtt
