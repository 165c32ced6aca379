#include <memory>

#include "report/console.h"
#include "run/comparison.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Compare {
  std::vector<std::string> runs;
  bool json = false;

  void run() const {
    std::vector<RunSummary> summaries;
    for (const std::string& directory : runs) summaries.push_back(summarise_run(directory));
    Console console;
    console.answer(json ? comparison_json(summaries).json() + "\n" : comparison_text(summaries));
  }
};

}  // namespace

void add_compare(CLI::App& app) {
  auto compare = std::make_shared<Compare>();
  CLI::App* verb = app.add_subcommand("compare", "Compare the scores and the settings of runs");
  verb->add_option("runs", compare->runs, "Directories of runs")->type_name("RUN...")->required();
  verb->add_flag("--json", compare->json, "Print one JSON object with all scores");
  verb->callback([compare] { compare->run(); });
}

}  // namespace mtt
