#include <filesystem>
#include <iterator>

#include "catch.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_catalog.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

namespace {

const fs::path kBad = MTT_BAD_PLUGINS;
const fs::path kPlugins = MTT_PLUGINS;

/// Of the project's own plugins, one in every file.
std::size_t own_plugins() {
  return static_cast<std::size_t>(std::distance(fs::directory_iterator(kPlugins), fs::directory_iterator()));
}

fs::path bad(const std::string& name) { return kBad / (name + ".so"); }

}  // namespace

TEST_CASE("the project's own plugins load and say what they offer") {
  mtt::PluginCatalog catalog({kPlugins});
  CHECK(catalog.backbone("bert").name == "bert");
  CHECK(catalog.backbone_for("bert").name == "bert");
  CHECK(catalog.head("classification").options.find("labels") != nullptr);
  CHECK(catalog.libraries().size() == 2);
  catalog.load_all();
  CHECK(catalog.failures().empty());
  CHECK(catalog.libraries().size() == own_plugins());
  CHECK(catalog.weighting("equal").name == "equal");
}

TEST_CASE("a plugin is named to those who write what other systems call it") {
  mtt::PluginCatalog catalog({kPlugins});
  CHECK_THROWS_WITH(catalog.head("classifier"), Contains("did you mean 'classification'?"));
  CHECK_THROWS_WITH(catalog.head("ner"), Contains("did you mean 'token_classification'?"));
  CHECK_THROWS_WITH(catalog.head("sts"), Contains("did you mean 'similarity'?"));
  CHECK_THROWS_WITH(catalog.weighting("none"), Contains("did you mean 'equal'?"));
  CHECK_THROWS_WITH(catalog.weighting("kendall"), Contains("did you mean 'uncertainty'?"));
  CHECK_THROWS_WITH(catalog.head("kendall"), Contains("no plugin has the head 'kendall'; expected one of"));
}

TEST_CASE("each bad plugin gives one sentence that says what to do") {
  const auto fails = [](const std::string& name, const std::string& with) {
    INFO(name);
    CHECK_THROWS_WITH(mtt::load_plugin(bad(name)), Contains(bad(name).string()) && Contains(with));
  };
  CHECK_NOTHROW(mtt::load_plugin(bad("good")));
  fails("no_descriptor", "write MTT_PLUGIN");
  fails("other_layout", "layout 99");
  fails("other_tag", "rebuild it");
  fails("stale", "rebuild it");
  fails("register_throws", "no licence for Tuesdays");
  fails("missing", "does not exist");
  CHECK_THROWS_WITH(mtt::load_plugin(bad("other_tag")),
                    Contains("plugin: headers=0 torch=1.0") && Contains("mtt:    headers="));
}

TEST_CASE("files that are no libraries are refused before the dynamic linker sees them") {
  const TemporaryFolder folder;
  const std::string whole = file_text(bad("good"));
  const auto fails = [&](const std::string& content, const std::string& with) {
    CHECK_THROWS_WITH(mtt::load_plugin(folder.write("p.so", content)), Contains(with));
  };
  fails("#!/bin/sh\n", "not an ELF file");
  fails(
      "\x7f"
      "ELF",
      "truncated");
  for (std::size_t size = 64; size < whole.size(); size += whole.size() / 37) {
    INFO(size);
    CHECK_THROWS_AS(mtt::load_plugin(folder.write("p.so", whole.substr(0, size))), mtt::Error);
  }
  std::string other = whole;
  other[18] = 3;  // e_machine: i386
  fails(other, "another processor");
  fs::create_directory(folder.path() / "d.so");
  CHECK_THROWS_WITH(mtt::load_plugin(folder.path() / "d.so"), Contains("is a directory"));
}

TEST_CASE("a name that is taken names both sides, and a bad file does not hide the good ones") {
  mtt::PluginCatalog clash({kPlugins, kBad});
  clash.load_all();
  CHECK(clash.head("regression").summary != "A twin.");
  std::string failures;
  for (const std::string& failure : clash.failures()) failures += failure + "\n";
  CHECK_THAT(failures, Contains("name_taken.so") && Contains("'regression' already exists"));
  CHECK_THAT(failures, Contains("other_tag.so"));
}

TEST_CASE("what is not found lists where was searched and what of its kind is known") {
  mtt::PluginCatalog catalog({kPlugins, "/nowhere/at/all"});
  CHECK_THROWS_WITH(catalog.head("poetry"),
                    Contains("no plugin has the head 'poetry'") && Contains("/nowhere/at/all") &&
                        Contains("expected one of classification, ") && !Contains("bert"));
  CHECK_THROWS_WITH(catalog.head("classificaton"), Contains("did you mean 'classification'?"));
  CHECK_THROWS_WITH(catalog.weighting("uncertanty"), Contains("did you mean 'uncertainty'?"));
  CHECK_THROWS_WITH(catalog.backbone_for("../../evil"),
                    Contains("no plugin has the backbone for model_type"));
  CHECK_THROWS_WITH(mtt::PluginCatalog::search_folders({"relative"}), Contains("relative path"));
  CHECK_THROWS_WITH(mtt::PluginCatalog::search_folders({kPlugins, "/nowhere/at/all"}),
                    Contains("the plugin folder '/nowhere/at/all' does not exist"));
}

TEST_CASE("an earlier folder goes first, and a link is not a second plugin") {
  const TemporaryFolder folder;
  fs::create_symlink(kPlugins / "regression.so", folder.path() / "alias.so");
  fs::copy_file(bad("good"), folder.path() / "bert.so");
  mtt::PluginCatalog catalog({folder.path(), kPlugins});
  catalog.load_all();
  CHECK(catalog.failures().empty());
  CHECK(catalog.libraries().size() == own_plugins());  // bert.so here hides the real one
  CHECK_THROWS_AS(catalog.backbone("bert"), mtt::Error);
}

TEST_CASE("parts that fail to be made name their plugin") {
  mtt::PluginCatalog catalog({kBad});
  const auto make = [&](const std::string& name) {
    const mtt::HeadPlugin plugin = catalog.head(name);
    return mtt::make_head(plugin, mtt::Options::read(plugin.options, {}, ""));
  };
  CHECK_THROWS_WITH(make("throws"), Contains("'throws'") && Contains("out of luck"));
  CHECK_THROWS_WITH(make("throws_int"), Contains("'throws_int'") && Contains("not a std::exception"));
  CHECK_THROWS_WITH(make("null"), Contains("'null' was not created"));
}
