#include "report/entity_markup.h"

#include "catch.h"

using mtt::Value;

TEST_CASE("entities are highlighted by code points") {
  const Value::Array spans = {Value::Table{{"start", 6}, {"end", 8}, {"label", "<b>"}},
                              Value::Table{{"start", 0}, {"end", 4}, {"label", "x"}}};
  CHECK(mtt::entity_markup(spans, "Çığ & ☃☃ <i>") ==
        "<mark>Çığ <sub>x</sub></mark>&amp; <mark>☃☃<sub>&lt;b&gt;</sub></mark> &lt;i&gt;");
  CHECK(mtt::entity_markup({}, "plain") == "plain");
  CHECK_NOTHROW(
      mtt::entity_markup({Value(Value::Table{{"start", 3}, {"end", 99}, {"label", "x"}})}, "short"));
}
