#include "run/probe_record.h"

#include "catch.h"

namespace {

mtt::ProbeFit fit() {
  mtt::ProbeFit made;
  made.c = 30;
  made.trials = {{30, 0.3}, {100, 0.4}};
  made.examples = 150;
  made.chosen_on = 120;
  made.held_out = 30;
  made.loss = 0.21;
  made.seconds = 0.44;
  return made;
}

}  // namespace

TEST_CASE("a probe is told in one line") {
  CHECK(mtt::probe_text(fit()) ==
        "logistic, fitted on 150 examples, C = 30 chosen by the loss on 30 held-out examples; training loss "
        "0.2100, 0.4 s");
  mtt::ProbeFit sampled = fit();
  sampled.examples = 1000;
  sampled.converged = false;
  CHECK(mtt::probe_text(sampled) ==
        "logistic, fitted on 1000 examples, C = 30 chosen by the loss on 30 held-out examples, fitted on a "
        "sample of 120; training loss 0.2100, 0.4 s; not converged");
  mtt::ProbeFit validated = fit();
  validated.validation = true;
  validated.chosen_on = 150;
  CHECK(mtt::probe_text(validated) ==
        "logistic, fitted on 150 examples, C = 30 chosen by the loss on 30 examples of the validation set; "
        "training loss 0.2100, 0.4 s");
  mtt::ProbeFit given = fit();
  given.trials.clear();
  CHECK(mtt::probe_text(given) == "logistic, fitted on 150 examples, C = 30; training loss 0.2100, 0.4 s");
  mtt::ProbeFit ridge = fit();
  ridge.method = "ridge";
  CHECK(mtt::probe_text(ridge) == "ridge on 150 examples, 0.4 s");
}

TEST_CASE("the record of a probe has its penalty and loss, that of a closed form has neither") {
  CHECK(mtt::probe_json(fit()).json() ==
        R"({"method":"logistic","examples":150,"seconds":0.44,"c":30.0,"loss":0.21,"converged":true})");
  mtt::ProbeFit ridge = fit();
  ridge.method = "ridge";
  CHECK(mtt::probe_json(ridge).json() == R"({"method":"ridge","examples":150,"seconds":0.44})");
}
