#include "report/verbosity.h"

namespace mtt {
namespace {

Verbosity chosen = Verbosity::normal;

}  // namespace

void set_verbosity(Verbosity verbosity) { chosen = verbosity; }
Verbosity verbosity() { return chosen; }

}  // namespace mtt
