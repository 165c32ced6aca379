#include "check/contract_report.h"

#include <c10/util/Exception.h>

#include <algorithm>
#include <exception>

#include "io/standard_output.h"
#include "mtt/error.h"

namespace mtt {

void ContractReport::line(char kind, const std::string& text) {
  std::string flat = text;
  std::replace(flat.begin(), flat.end(), '\n', ' ');
  write_standard_output(std::string(1, kind) + " " + flat + "\n");
}

bool ContractReport::step(const std::string& name, const std::function<void()>& work) {
  line('?', name);
  std::string why;
  try {
    work();
    line('+', name);
    return true;
  } catch (const c10::Error& error) {
    why = error.what_without_backtrace();
  } catch (const std::exception& error) {
    why = error.what();
  } catch (...) {
    why = "it throws something that is not a std::exception";
  }
  failed_ = true;
  line('-', name + "\t" + why);
  return false;
}

void require(bool holds, const std::string& what) {
  if (!holds) throw Error(what);
}

}  // namespace mtt
