// Checks of the labels that a head declares, and of its scores. What is wrong throws Error.
#pragma once

#include "check/contract_report.h"
#include "check/head_trial.h"

namespace mtt {

/// Predictions and probabilities are of the declared kind and among the declared names.
void check_declared(const HeadTrial& trial);

/// Metrics have names of their own, which do not depend on the examples. Warns of one that has the name of a
/// loss and is declared to be better if higher.
void check_scores(const HeadTrial& trial, ContractReport& report);

}  // namespace mtt
