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
  return step_if(
      name, [] { return true; }, work);
}

bool ContractReport::step_if(const std::string& name, const std::function<bool()>& applies,
                             const std::function<void()>& work) {
  line('?', name);
  std::string why;
  try {
    const bool some = applies();
    if (some) work();
    line(some ? '+' : '0', name);
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
