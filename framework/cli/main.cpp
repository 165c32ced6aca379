#include <malloc.h>

#include <csignal>
#include <cstdio>
#include <sstream>
#include <string>

#include "failure.h"
#include "io/standard_output.h"
#include "plugin/load_limit.h"
#include "plugin/plugin_call.h"
#include "report/console.h"
#include "report/verbosity.h"
#include "usage.h"
#include "verbs.h"

namespace {

constexpr int kFailure = 1;
constexpr int kUsage = 2;
constexpr const char* kEnvironment =
    "Environment:\n"
    "  MTT_MODEL_PATH   folders with models, searched before the Hugging Face cache\n"
    "  MTT_PLUGIN_PATH  folders with plugins\n"
    "  MTT_THREADS      number of threads\n"
    "  MTT_API_KEY      key that clients of mtt serve must send\n"
    "  MTT_DATA         folder of the data sets, ${MTT_DATA} in an experiment file\n"
    "  NO_COLOR         if set, the output has no colours\n";

// Activations are freed and allocated again with every operator; given back to the system each time, their
// pages would have to be cleared again each time, which costs some percent of a forward pass.
void keep_freed_memory() {
  constexpr int kNever = 1 << 30;
  ::mallopt(M_MMAP_THRESHOLD, kNever);
  ::mallopt(M_TRIM_THRESHOLD, kNever);
}

int usage_error(const std::string& what) {
  std::fprintf(stderr, "%sRun with --help for the options.\n", mtt::error_text(what).c_str());
  return kUsage;
}

/// --quiet and --verbose for a command and those below it.
void add_verbosity(CLI::App& command) {
  const auto flag = [&](const char* name, mtt::Verbosity verbosity, const char* help) {
    return command.add_flag_callback(
        name, [verbosity] { mtt::set_verbosity(verbosity); }, help);
  };
  CLI::Option* quiet = flag("--quiet", mtt::Verbosity::quiet, "Print only results, warnings and errors");
  flag("--verbose", mtt::Verbosity::verbose,
       "Also print details for debugging: versions, paths of the files in use, source locations of errors")
      ->excludes(quiet);
  for (CLI::App* below : command.get_subcommands([](const CLI::App*) { return true; })) add_verbosity(*below);
}

int run_command(CLI::App& app, int argc, char** argv) {
  app.get_formatter()->label("Positionals", "Arguments");
  app.get_formatter()->label("SUBCOMMAND", "COMMAND");
  app.group("Commands");  // of all commands below
  app.set_version_flag("--version", "mtt " MTT_VERSION);
  app.require_subcommand(1);
  mtt::add_run(app);
  mtt::add_sweep(app);
  mtt::add_recommend(app);
  mtt::add_encode(app);
  mtt::add_predict(app);
  mtt::add_evaluate(app);
  mtt::add_compare(app);
  mtt::add_export(app);
  mtt::add_report(app);
  mtt::add_serve(app);
  mtt::add_tokenize(app);
  mtt::add_plugins(app);
  mtt::add_config(app);
  mtt::add_data(app);
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) add_verbosity(*command);
  app.footer(kEnvironment);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& wanted) {
    if (const std::string wrong = mtt::unknown_word(app, argc, argv); !wrong.empty())
      return usage_error(wrong);
    std::ostringstream help;
    app.exit(wanted, help, help);
    mtt::Console().answer(help.str());
  }
  return 0;
}

int run(int argc, char** argv) {
  keep_freed_memory();
  std::signal(SIGXFSZ, SIG_IGN);  // a file that may not grow is an error of ours to report
  std::signal(SIGPIPE, SIG_IGN);  // so is a closed pipe
  CLI::App app("Multi-task sentence transformers: one shared encoder, many heads, described by a TOML file.",
               "mtt");
  mtt::tell_plugin_ends();
  mtt::limit_plugin_loading();
  mtt::take_standard_output();
  try {
    return run_command(app, argc, argv);
  } catch (const CLI::RuntimeError& ended) {
    return ended.get_exit_code();  // of a run that a signal stopped, of data with errors
  } catch (const CLI::ParseError& error) {
    std::string wrong = mtt::unknown_word(app, argc, argv);
    if (wrong.empty() && dynamic_cast<const CLI::RequiredError*>(&error))
      wrong = mtt::missing_word(app, argc, argv);
    if (wrong.empty() && dynamic_cast<const CLI::ExtrasError*>(&error))
      wrong = mtt::extra_word(app, argc, argv);
    return usage_error(wrong.empty() ? error.what() : wrong);
  } catch (...) {
    if (mtt::standard_output_abandoned()) return mtt::kSignalExit + SIGPIPE;  // as in `mtt ... | head -1`
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
