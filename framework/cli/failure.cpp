#include "failure.h"

#include <sstream>

#include "io/terminal_text.h"
#include "plugin/failure_reason.h"
#include "report/verbosity.h"

namespace mtt {

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

std::string failure_text() { return error_text(failure_reason(verbosity() == Verbosity::verbose)); }

}  // namespace mtt
