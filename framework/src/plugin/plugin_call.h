// Calls into plugins' code, so that whatever goes wrong in one names the plugin.
#pragma once

#include <c10/util/Exception.h>
#include <signal.h>

#include <array>
#include <exception>
#include <new>
#include <string>
#include <string_view>

#include "mtt/error.h"

namespace mtt {

/// Which plugin is called, and for what. The strings must live as long as the call.
struct PluginCall {
  const char* kind;       ///< "head", "backbone" or "weighting"
  std::string_view name;  ///< of the plugin
  std::string_view task;  ///< empty for what serves all tasks
  const char* doing;      ///< "loss", "decode", ...
};

/// While it lives, this thread is inside `call`: see `tell_plugin_ends`.
class PluginScope {
 public:
  explicit PluginScope(const PluginCall& call);
  ~PluginScope();
  PluginScope(const PluginScope&) = delete;
  PluginScope& operator=(const PluginScope&) = delete;

 private:
  const PluginCall* outer_;
};

/// The sentence for what was thrown in a call: Errors, which speak of the user's examples or configuration,
/// get the task's name before them, all else the plugin's and what it was called for.
Error plugin_error(const PluginCall& call, const Error& error);
Error plugin_error(const PluginCall& call, const std::string& what);

/// Does `work`, a call into a plugin.
template <class Work>
auto call_plugin(const PluginCall& call, const Work& work) -> decltype(work()) {
  const PluginScope scope(call);
  try {
    return work();
  } catch (const Error& error) {
    throw plugin_error(call, error);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const c10::Error& error) {
    throw plugin_error(call, error.what_without_backtrace());
  } catch (const std::exception& error) {
    throw plugin_error(call, error.what());
  } catch (...) {
    throw plugin_error(call, "it threw something that is not a std::exception");
  }
}

/// A stack of its own for this thread's signal handler: an endless recursion leaves none on the thread's.
class SignalStack {
 public:
  SignalStack();
  ~SignalStack();
  SignalStack(const SignalStack&) = delete;
  SignalStack& operator=(const SignalStack&) = delete;

 private:
  std::array<char, 1 << 16> bytes_;
  stack_t outer_{};
};

/// For the start of a program: a signal that ends it in a fault (SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT)
/// leaves one sentence on standard error, which names the plugin whose call it fell into; exit() within a
/// call, or anywhere before `work_is_done`, leaves one too, and the exit code 1. Signals that somebody else
/// handles already are left alone. _exit() cannot be seen.
void tell_plugin_ends();

/// For the end of a program, which may exit now.
void work_is_done();

}  // namespace mtt
