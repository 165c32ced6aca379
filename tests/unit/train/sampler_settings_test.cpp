#include "train/sampler_settings.h"

#include <string>

#include "catch.h"
#include "sampling_methods.h"
#include "value/toml.h"

namespace {

SamplerSettings read(const std::string& toml) {
  return SamplerSettings::read(
      mtt::Options::read(mtt::sampler_options(), mtt::parse_toml(toml, "s.toml"), "[sampler]"));
}

}  // namespace

TEST_CASE("sampling: [sampler] is read strictly") {
  CHECK(read("").method == SamplingMethod::all);
  for (const auto& [name, method] : kMethods) {
    const bool capped = method == SamplingMethod::capped;
    CHECK(read(std::string("method = \"") + name + "\"" + (capped ? "\ncap = 5" : "")).method == method);
  }
  const auto some = read("method = \"capped\"\ncap = 30000\ntemperature = 1.0\nmixing = \"examples\"");
  CHECK(some.cap == 30'000);
  CHECK(some.temperature == 1);
  CHECK(some.mix_examples);
  CHECK(read("method = \"unimax\"\nmax_epochs = 7").max_epochs == 7);
  CHECK_THROWS_WITH(read("method = \"proportinal\""), Contains("s.toml:1:") && Contains("proportional"));
  CHECK_THROWS_WITH(read("method = \"capped\""), Contains("s.toml:1:1:") && Contains("needs 'cap'"));
  CHECK_THROWS_WITH(read("cap = 7"), Contains("s.toml:1:1:") && Contains("no effect with method = \"all\""));
  CHECK_THROWS_WITH(read("method = \"uniform\"\ntemperature = 3.0"),
                    Contains("s.toml:2:") && Contains("no effect"));
  CHECK_THROWS_WITH(read("mixing = \"examples\""), Contains("no effect"));
  CHECK_THROWS_WITH(read("method = \"temperature\"\ntemperature = 0.5"), Contains("at least 1"));
  // A resolved configuration has all keys with their defaults and reads back.
  CHECK(read("method = \"all\"\ntemperature = 2.0\ncap = 0\nmax_epochs = 4\nmixing = \"steps\"").method ==
        SamplingMethod::all);
}
