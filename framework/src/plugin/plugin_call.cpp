#include "plugin/plugin_call.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <string_view>

namespace mtt {
namespace {

thread_local const PluginCall* current = nullptr;

/// "task 'x': the head 'y'", in pieces, for strings and for signal handlers.
std::array<std::string_view, 8> who(const PluginCall& call) {
  std::array<std::string_view, 8> pieces{};
  if (!call.task.empty()) pieces = {"task '", call.task, "': "};
  pieces[3] = "the ";
  pieces[4] = call.kind;
  pieces[5] = " '";
  pieces[6] = call.name;
  pieces[7] = "'";
  return pieces;
}

/// Only what a signal handler may do.
void put(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDERR_FILENO, text.data(), text.size());
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void put_call(const PluginCall& call) {
  for (const std::string_view piece : who(call)) put(piece);
}

const char* name_of(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "SIGSEGV, an invalid memory access";
    case SIGBUS:
      return "SIGBUS, often a file that was shortened while it was read";
    case SIGFPE:
      return "SIGFPE, such as a division of integers by zero";
    case SIGILL:
      return "SIGILL, an instruction that the processor does not support";
    default:
      return "SIGABRT";
  }
}

void on_fault(int signal) {
  put("mtt: error: ");
  if (current) {
    put_call(*current);
    put(" crashed in ");
    put(current->doing);
  } else {
    put("the program crashed");
  }
  put(" (");
  put(name_of(signal));
  put(current ? "); run mtt plugins check on its library\n" : ")\n");
  std::raise(signal);  // SA_RESETHAND: the default action now
}

std::atomic<bool> at_work = false;

void on_exit() {
  if (!at_work) return;
  put("mtt: error: ");
  if (current) {
    put_call(*current);
    put(" ended the whole program in ");
    put(current->doing);
    put(" by a call of exit(); throw an exception there instead\n");
  } else {
    put("a thread of a plugin ended the whole program by a call of exit()\n");
  }
  ::_exit(1);
}

}  // namespace

SignalStack::SignalStack() {
  stack_t stack{};
  stack.ss_sp = bytes_.data();
  stack.ss_size = bytes_.size();
  ::sigaltstack(&stack, &outer_);
}

SignalStack::~SignalStack() { ::sigaltstack(&outer_, nullptr); }

PluginScope::PluginScope(const PluginCall& call) : outer_(current) { current = &call; }
PluginScope::~PluginScope() { current = outer_; }

Error plugin_error(const PluginCall& call, const Error& error) {
  const std::string what = error.what(), task = "task '" + std::string(call.task) + "'";
  return Error(call.task.empty() || what.find(task) != std::string::npos ? what : task + ": " + what);
}

Error plugin_error(const PluginCall& call, const std::string& what) {
  std::string text;
  for (const std::string_view piece : who(call)) text += piece;
  text += std::string(" failed in ") + call.doing + ": " + what;
  std::replace(text.begin(), text.end(), '\n', ' ');
  return Error(text);
}

void tell_plugin_ends() {
  static const SignalStack stack;
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) {
    struct sigaction old {};
    if (::sigaction(signal, nullptr, &old) != 0 || old.sa_handler != SIG_DFL) continue;
    struct sigaction action {};
    action.sa_handler = on_fault;
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK;
    ::sigaction(signal, &action, nullptr);
  }
  at_work = true;
  std::atexit(on_exit);
  std::at_quick_exit(on_exit);
}

void work_is_done() { at_work = false; }

}  // namespace mtt
