// The keys of the tables that belong to the experiment as a whole; the others are declared in the rooms that
// read them.
#pragma once

#include "mtt/options.h"

namespace mtt {

OptionList top_options();     ///< of the file
OptionList task_options();    ///< of [tasks.<name>], those that every task has
OptionList show_options();    ///< of [show]
OptionList run_options();     ///< of [run]
OptionList sweep_options();   ///< of [sweep]
OptionList tuning_options();  ///< of [sweep.tuning]

}  // namespace mtt
