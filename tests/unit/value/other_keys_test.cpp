#include "value/other_keys.h"

#include "catch.h"

TEST_CASE("keys and tables of other systems have a name here") {
  CHECK(mtt::own_key("lr") == "learning_rate in [train]");
  CHECK(mtt::own_key("num_train_epochs") == "epochs in [train]");
  CHECK(mtt::own_key("C") == "penalty in [tasks.<name>]");
  CHECK(mtt::own_key("fp16").starts_with("not available"));
  CHECK(mtt::own_key("epochs").empty());
  CHECK(mtt::own_table("model") == "[backbone]");
  CHECK(mtt::own_table("train").empty());
}
