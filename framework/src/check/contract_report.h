// The steps of a check, one line each.
#pragma once

#include <functional>
#include <string>

namespace mtt {

/// Runs the steps of a check and writes a line to standard output when one begins and one when it ended, so
/// that a reader knows at which step a process died: "? step", then "+ step", "- step<TAB>what is wrong", or
/// "0 step" where a plugin has nothing of the kind.
class ContractReport {
 public:
  /// An exception of `work` is what is wrong. False where there was one.
  bool step(const std::string& name, const std::function<void()>& work);
  /// As `step`, but `work` is done only where `applies`; where not, there is nothing to check and the step
  /// neither holds nor fails.
  bool step_if(const std::string& name, const std::function<bool()>& applies,
               const std::function<void()>& work);
  /// Writes "! text": what is probably a mistake, but breaks no contract.
  void warn(const std::string& text) { line('!', text); }
  bool failed() const { return failed_; }

 private:
  void line(char kind, const std::string& text);

  bool failed_ = false;
};

/// Throws Error with `what` unless `holds`.
void require(bool holds, const std::string& what);

}  // namespace mtt
