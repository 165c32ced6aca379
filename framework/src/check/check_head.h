// A head through its contract.
#pragma once

#include "check/contract_report.h"
#include "mtt/head.h"

namespace mtt {

/// Checks what mtt/head.h asks of a head, on made-up features. Its labels are those of `example_labels`;
/// where it gives none, made-up ones of the declared kind, and of the first kind that it takes where it
/// declares none. `options` are those of the user, with their defaults.
void check_head(const HeadPlugin& plugin, const Options& options, ContractReport& report);

}  // namespace mtt
