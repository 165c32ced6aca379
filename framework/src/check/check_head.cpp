#include "check/check_head.h"

#include <set>
#include <string>

#include "check/check_transform.h"
#include "check/head_fits.h"
#include "check/head_labels.h"
#include "check/head_losses.h"
#include "check/head_outputs.h"
#include "check/samples.h"

namespace mtt {

void check_head(const HeadPlugin& plugin, const Options& options, ContractReport& report) {
  HeadTrial trial(plugin, options);
  if (!report.step("created from its options", [&] { trial.made(); })) return;
  if (!report.step("learns labels and builds its parameters", [&] { trial.learn(); })) return;
  if (!report.step("parameters are float32, with distinct names", [&] {
        std::set<std::string> names;
        for (auto& [name, tensor] : trial.head().parameters()) {
          require(tensor.scalar_type() == at::kFloat, "the parameter '" + name + "' is not float32");
          require(names.insert(name).second, "two parameters are named '" + name + "'");
        }
        sample_weights(trial.head(), 3);
      }))
    return;
  if (trial.transforms() && !report.step("transform: ids and targets, the same for the same draws",
                                         [&] { check_transform(trial); }))
    return;
  report.step("logits: one row per input, token or group, independent of the other examples",
              [&] { check_logits(trial); });
  report.step("targets and their count", [&] { check_targets(trial); });
  report.step("loss is a sum over rows", [&] { check_loss(trial); });
  report.step("examples without labels have no effect", [&] { check_without_labels(trial); });
  report.step("a gradient reaches every parameter and the features", [&] { check_gradients(trial); });
  trial.head().train(false);
  report.step("one prediction per input or group, as JSON", [&] { check_predictions(trial); });
  report.step("labels, predictions and probabilities as declared", [&] { check_declared(trial); });
  report.step("long, empty and missing input", [&] { check_long_and_empty(trial); });
  report.step("metrics", [&] { check_scores(trial, report); });
  report.step("the same after saving and loading", [&] { check_saving(trial); });
  report.step_if(
      "closed forms", [&] { return !trial.head().initialisations().empty(); },
      [&] { check_closed_forms(trial); });
  report.step_if(
      "a convex loss, also in float64", [&] { return trial.head().convex(); }, [&] { check_convex(trial); });
  report.step("several threads at once", [&] { check_threads(trial); });
}

}  // namespace mtt
