#include "mtt/registry.h"

#include "catch.h"
#include "mtt/error.h"

namespace {

mtt::HeadPlugin head(const std::string& name) {
  mtt::HeadPlugin plugin;
  plugin.name = name;
  plugin.create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> { return nullptr; };
  return plugin;
}

mtt::BackbonePlugin backbone(const std::string& name, const std::vector<std::string>& types) {
  mtt::BackbonePlugin plugin;
  plugin.name = name;
  plugin.model_types = types;
  plugin.create = [](const mtt::Value&, const mtt::Options&) -> std::unique_ptr<mtt::Backbone> {
    return nullptr;
  };
  return plugin;
}

}  // namespace

TEST_CASE("what was entered is found by its name within its kind") {
  mtt::Registry registry;
  registry.add(head("one"));
  registry.add(head("two-2_b"));
  REQUIRE(registry.head("two-2_b"));
  CHECK(registry.head("two-2_b")->name == "two-2_b");
  CHECK_FALSE(registry.head("three"));
  CHECK_FALSE(registry.weighting("one"));
  CHECK_NOTHROW(registry.add(backbone("one", {})));  // another kind
  CHECK(registry.heads().size() == 2);
}

TEST_CASE("names that are taken or ill-formed, and entries without create, are refused") {
  mtt::Registry registry;
  registry.add(head("one"));
  CHECK_THROWS_WITH(registry.add(head("one")), Contains("'one' already exists"));
  for (const char* bad : {"", "One", "a b", "a/b", "é"})
    CHECK_THROWS_WITH(registry.add(head(bad)), Contains("not a valid name"));
  mtt::HeadPlugin none;
  none.name = "none";
  CHECK_THROWS_WITH(registry.add(none), Contains("'none' has no create function"));
  CHECK(registry.heads().size() == 1);
}

TEST_CASE("a model type is served by one backbone") {
  mtt::Registry registry;
  registry.add(backbone("a", {"bert", "roberta"}));
  CHECK(registry.backbone_for("roberta") == registry.backbone("a"));
  CHECK_FALSE(registry.backbone_for("gpt2"));
  CHECK_THROWS_WITH(registry.add(backbone("b", {"mpnet", "bert"})),
                    Contains("'bert', which 'a' already supports"));
  CHECK_FALSE(registry.backbone("b"));
}

TEST_CASE("another registry is taken over as a whole or not at all") {
  mtt::Registry registry, good, bad;
  registry.add(head("one"));
  good.add(head("two"));
  bad.add(head("three"));
  bad.add(head("one"));
  registry.merge(good);
  CHECK(registry.head("two"));
  CHECK_THROWS_WITH(registry.merge(bad), Contains("'one' already exists"));
  CHECK_FALSE(registry.head("three"));
  CHECK(registry.heads().size() == 2);
}
