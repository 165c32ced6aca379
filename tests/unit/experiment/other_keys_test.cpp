#include "experiment/other_keys.h"

#include "catch.h"

// tests/plugins/other_names_test.cpp checks that every own name exists.
TEST_CASE("keys and tables of other systems have a name here") {
  const auto key = [](std::string_view word) { return mtt::own_key(word, /*table=*/false); };
  CHECK(key("lr") == "learning_rate in [train]");
  CHECK(key("num_train_epochs") == "epochs in [train]");
  CHECK(key("C") == "penalty in [tasks.<name>]");
  CHECK(key("fp16").starts_with("not available"));
  CHECK(key("epochs").empty());
  CHECK(mtt::own_key("model", /*table=*/true) == "[backbone]");
  CHECK(mtt::own_key("lr", /*table=*/true) == "learning_rate in [train]");
  CHECK(mtt::own_key("train", /*table=*/true).empty());
}
