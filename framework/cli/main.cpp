#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>

#include "failure.h"
#include "io/standard_output.h"
#include "plugin/plugin_call.h"
#include "report/console.h"
#include "usage.h"
#include "verbs.h"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;

// Activations are freed and allocated again with every operator; given back to the system each time, their
// pages would have to be cleared again each time, which costs some percent of a forward pass.
void keep_freed_memory() {
  constexpr int kNever = 1 << 30;
  ::mallopt(M_MMAP_THRESHOLD, kNever);
  ::mallopt(M_TRIM_THRESHOLD, kNever);
}

int usage_error(const std::string& what) {
  std::fprintf(stderr, "mtt: error: %s\nRun with --help for the options.\n", what.c_str());
  return kUsage;
}

int run(int argc, char** argv) {
  keep_freed_memory();
  std::signal(SIGXFSZ, SIG_IGN);  // so is a file that may not grow
  std::signal(SIGPIPE, SIG_IGN);  // a closed pipe is an error of ours to report
  CLI::App app("Multi-task sentence transformers: one shared encoder, many heads, described by a TOML file.",
               "mtt");
  app.set_version_flag("--version", "mtt " MTT_VERSION);
  app.require_subcommand(1);
  mtt::tell_plugin_ends();
  mtt::take_standard_output();
  app.failure_message(CLI::FailureMessage::simple);
  try {
    mtt::add_run(app);
    mtt::add_sweep(app);
    mtt::add_encode(app);
    mtt::add_predict(app);
    mtt::add_evaluate(app);
    mtt::add_compare(app);
    mtt::add_export(app);
    mtt::add_report(app);
    mtt::add_tokenize(app);
    mtt::add_plugins(app);
    mtt::add_config(app);
    mtt::add_data(app);
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::Success& wanted) {
    if (const std::string wrong = mtt::unknown_word(app, argc, argv); !wrong.empty())
      return usage_error(wrong);
    std::ostringstream help;
    const int code = app.exit(wanted, help, help);
    mtt::Console().say(help.str());
    return code;
  } catch (const CLI::RuntimeError& ended) {
    return ended.get_exit_code();  // of a run that a signal stopped, of data with errors
  } catch (const CLI::ParseError& error) {
    const std::string wrong = mtt::unknown_word(app, argc, argv);
    return usage_error(wrong.empty() ? error.what() : wrong);
  } catch (...) {
    std::fputs(mtt::failure_text().c_str(), stderr);
    return kFailure;
  }
}

}  // namespace

int main(int argc, char** argv) {
  const int code = run(argc, argv);
  mtt::work_is_done();
  return code;
}
