// A head through its contract.
#pragma once

#include "check/contract_report.h"
#include "mtt/head.h"

namespace mtt {

/// Checks what mtt/head.h asks of a head, on made-up features and labels of the first kind that the head
/// takes: words, numbers, spans or arrays of words. `options` are those of the user, with their defaults.
void check_head(const HeadPlugin& plugin, const Options& options, ContractReport& report);

}  // namespace mtt
