#include "io/weights.h"

#include "catch.h"
#include "io/safetensors_writer.h"
#include "temporary_folder.h"

TEST_CASE("weights: one file, shards, or a sentence") {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(mtt::Weights::read(folder.path()), Contains("neither model.safetensors nor"));
  folder.write("pytorch_model.bin", "x");
  CHECK_THROWS_WITH(mtt::Weights::read(folder.path()), Contains("A pickle can run code"));
  const float one[] = {1};
  mtt::write_safetensors(folder.path() / "s1.safetensors",
                         {{"x", mtt::DType::F32, {1}, reinterpret_cast<const std::byte*>(one)}}, {});
  const auto index = [&](const std::string& map) {
    folder.write("model.safetensors.index.json", "{\"weight_map\":" + map + "}");
  };
  index("{\"x\":\"s1.safetensors\"}");
  CHECK(mtt::Weights::read(folder.path()).tensors().size() == 1);
  index("{\"x\":\"../s1.safetensors\"}");
  CHECK_THROWS_WITH(mtt::Weights::read(folder.path()), Contains("named with a folder"));
  index("{\"x\":\"s1.safetensors\",\"y\":\"s1.safetensors\"}");
  CHECK_THROWS_WITH(mtt::Weights::read(folder.path()), Contains("'y' is not in its shard"));
  index("{\"y\":\"s1.safetensors\"}");
  CHECK_THROWS_WITH(mtt::Weights::read(folder.path()), Contains("'x' is not listed"));
  std::filesystem::create_directory(folder.path() / "model.safetensors");
  CHECK_THROWS_WITH(mtt::Weights::read(folder.path()), Contains("is a directory"));
}
