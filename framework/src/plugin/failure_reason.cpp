#include "plugin/failure_reason.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>

namespace mtt {

std::string failure_reason(bool verbose) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "there is not enough memory; give shorter texts or a lower run.tokens_per_forward";
  } catch (const c10::Error& error) {
    return verbose ? error.what() : error.what_without_backtrace();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "a plugin threw something that is not a std::exception; run mtt plugins check on it";
  }
}

}  // namespace mtt
