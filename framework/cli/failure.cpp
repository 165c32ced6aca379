#include "failure.h"

#include <c10/util/Exception.h>

#include <exception>
#include <new>
#include <sstream>

#include "io/terminal_text.h"
#include "report/verbosity.h"

namespace mtt {
namespace {

std::string reason() {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    return "there is not enough memory; give shorter texts or a lower run.tokens_per_forward";
  } catch (const c10::Error& error) {
    return verbosity() == Verbosity::verbose ? error.what() : error.what_without_backtrace();
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "a plugin threw something that is not a std::exception; run mtt plugins check on it";
  }
}

}  // namespace

std::string error_text(const std::string& message) {
  std::istringstream lines(message);
  std::string text = "mtt: error: ", line;
  do {
    line.clear();
    std::getline(lines, line);
    text += printable(line) + "\n";
  } while (lines.peek() != std::istringstream::traits_type::eof());
  return text;
}

std::string failure_text() { return error_text(reason()); }

}  // namespace mtt
