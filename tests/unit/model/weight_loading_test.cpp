#include "model/weight_loading.h"

#include <ATen/ATen.h>

#include <limits>

#include "catch.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "mtt/nn/layers.h"
#include "temporary_folder.h"
#include "weight_files.h"

namespace {

/// qkv [4, 2], of which the checkpoint has q and k apart, and norm [2].
class Model : public mtt::nn::Module {
 public:
  Model() : qk(parameter("qk", {4, 2})), norm(parameter("norm", {2})) {}
  at::Tensor &qk, &norm;
};

std::optional<mtt::WeightTarget> target(std::string_view name) {
  if (name == "q") return mtt::WeightTarget{"qk", 0};
  if (name == "k") return mtt::WeightTarget{"qk", 2};
  if (name == "norm" || name == "gamma") return mtt::WeightTarget{"norm"};
  if (name == "position_ids") return mtt::WeightTarget{""};
  if (name == "other") return mtt::WeightTarget{"elsewhere"};
  return std::nullopt;
}

const FloatTensor kQ{"q", {2, 2}, {1, 2, 3, 4}}, kK{"k", {2, 2}, {5, 6, 7, 8}}, kNorm{"norm", {2}, {9, 10}};

struct Loaded {
  Model model;
  std::vector<std::string> warnings;
};

void load(Loaded& into, const std::vector<FloatTensor>& tensors) {
  const TemporaryFolder folder;
  write_float_tensors(folder.path() / "model.safetensors", tensors);
  mtt::load_weights(into.model, mtt::Weights::read(folder.path()), target, into.warnings);
}

void check_refused(const std::vector<FloatTensor>& tensors, const std::string& one,
                   const std::string& other) {
  Loaded loaded;
  CHECK_THROWS_WITH(load(loaded, tensors), Contains("model.safetensors") && Contains(one) && Contains(other));
}

}  // namespace

TEST_CASE("parameters get their tensors, also those that are put together from parts") {
  Loaded loaded;
  load(loaded, {kK, kNorm, kQ, {"position_ids", {1}, {0}}});
  CHECK(at::equal(loaded.model.qk, at::arange(1, 9, at::kFloat).view({4, 2})));
  CHECK(at::equal(loaded.model.norm, at::tensor({9.0F, 10.0F})));
  CHECK(loaded.warnings.empty());
}

TEST_CASE("a tensor that the model does not know is a warning") {
  Loaded loaded;
  load(loaded, {kQ, kK, kNorm, {"pooler", {1}, {0}}});
  REQUIRE(loaded.warnings.size() == 1);
  CHECK_THAT(loaded.warnings[0], Contains("'pooler'") && Contains("not used"));
}

TEST_CASE("what is missing, twice there or of another shape is refused by name") {
  check_refused({kQ, kK}, "'norm' is missing", "[2]");
  check_refused({kK, kNorm}, "no tensor for the parameter 'qk'", "[4, 2]");
  check_refused({kQ, kNorm}, "from row 2 on", "'qk'");
  check_refused({kQ, kK, kNorm, {"gamma", {2}, {0, 0}}}, "'norm'", "'gamma'");
  check_refused({kQ, kK, {"norm", {3}, {0, 0, 0}}}, "[3]", "expected [2]");
  check_refused({{"q", {3, 2}, {0, 0, 0, 0, 0, 0}}, kK, kNorm}, "'k' of shape [2, 2]", "3 rows are filled");
  check_refused({kQ, {"k", {3, 2}, {0, 0, 0, 0, 0, 0}}, kNorm}, "'k' of shape [3, 2]", "2 rows are filled");
  check_refused({kQ, kK, kNorm, {"other", {1}, {0}}}, "'other'", "'elsewhere'");
}

TEST_CASE("numbers of other formats become float32, and integers are refused") {
  const std::uint16_t halves[] = {0x3c00, 0xc000};  // 1, -2
  const std::uint16_t brains[] = {0x3f80, 0x4049};  // 1, 3.140625
  const double doubles[] = {0.1, -1e300};
  const std::int32_t integers[] = {1, 2};
  const auto tensor = [](mtt::DType type, const void* data, std::size_t bytes) {
    return mtt::float_tensor({"t", type, {2}, static_cast<const std::byte*>(data), bytes, nullptr}, "file");
  };
  CHECK(at::equal(tensor(mtt::DType::F16, halves, 4), at::tensor({1.0F, -2.0F})));
  CHECK(at::equal(tensor(mtt::DType::BF16, brains, 4), at::tensor({1.0F, 3.140625F})));
  CHECK(tensor(mtt::DType::F64, doubles, 16)[0].item<float>() == 0.1F);
  CHECK_THROWS_WITH(tensor(mtt::DType::I32, integers, 8),
                    Contains("file") && Contains("'t'") && Contains("I32"));
}

TEST_CASE("float32 is used in the file itself, and a change of it does not reach the file") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "model.safetensors";
  write_float_tensors(file, {kNorm});
  const std::string before = file_text(file);
  const mtt::SafetensorsFile opened = mtt::SafetensorsFile::open(file);
  at::Tensor tensor = mtt::float_tensor(opened.tensors[0], "file");
  CHECK(tensor.const_data_ptr() == static_cast<const void*>(opened.tensors[0].data));
  tensor.fill_(1);
  CHECK(file_text(file) == before);
}

TEST_CASE("tensors of 8 bits are read with their scales, and as they were quantised") {
  const TemporaryFolder folder;
  const at::Tensor q = at::tensor({1.27F, -0.5F, 0.0F, 2.54F}).view({2, 2});
  const auto reduced = [](const std::string& name) { return name == "q"; };
  mtt::save_int8_tensors(folder.path() / "model.int8.safetensors",
                         {{"q", q}, {"k", at::ones({2, 2})}, {"norm", at::ones({2})}}, reduced);
  const mtt::Weights weights = mtt::Weights::read(folder.path());
  CHECK(weights.is_int8());
  Loaded loaded;
  mtt::load_weights(loaded.model, weights, target, loaded.warnings);
  CHECK(loaded.warnings.empty());
  CHECK(at::allclose(loaded.model.qk.narrow(0, 0, 2), q, 1e-3, 0));
  CHECK(at::equal(loaded.model.qk.narrow(0, 2, 2), at::ones({2, 2})));
}

TEST_CASE("tensors of 8 bits without fitting scales are refused") {
  std::vector<std::int8_t> levels = {1, 2, 3, 4};
  std::vector<float> numbers = {1, 2, 3, 4};
  const auto written = [&](std::vector<std::int64_t> scales) {
    const TemporaryFolder folder;
    const auto* floats = reinterpret_cast<const std::byte*>(numbers.data());
    std::vector<mtt::TensorToWrite> tensors = {
        {"q", mtt::DType::I8, {2, 2}, reinterpret_cast<const std::byte*>(levels.data())},
        {"k", mtt::DType::F32, {2, 2}, floats},
        {"norm", mtt::DType::F32, {2}, floats}};
    if (!scales.empty()) tensors.push_back({"q.scales", mtt::DType::F32, std::move(scales), floats});
    mtt::write_safetensors(folder.path() / "model.int8.safetensors", tensors, {});
    Loaded loaded;
    mtt::load_weights(loaded.model, mtt::Weights::read(folder.path()), target, loaded.warnings);
  };
  CHECK_NOTHROW(written({2}));
  CHECK_THROWS_WITH(written({}), Contains("'q' of 8 bits has no scales"));
  CHECK_THROWS_WITH(written({3}), Contains("expected a scale for each row"));
  CHECK_THROWS_WITH(written({2, 1}), Contains("expected a scale for each row"));
  for (const float scale : {-1.0F, 3e38F, std::numeric_limits<float>::quiet_NaN()}) {
    numbers[1] = scale;
    CHECK_THROWS_WITH(written({2}), Contains("'q' has values or scales that no export writes"));
  }
  numbers[1] = 2;
  levels[3] = -128;
  CHECK_THROWS_WITH(written({2}), Contains("'q' has values or scales that no export writes"));
}
