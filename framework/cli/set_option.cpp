#include "set_option.h"

#include "model_option.h"

namespace mtt {

void add_set(CLI::App& verb, std::vector<std::string>& assignments) {
  verb.add_option("--set", assignments, "Override a value; may be repeated")
      ->type_name("key=value")
      ->expected(1)
      ->take_all();
}

std::vector<Override> set_overrides(const std::vector<std::string>& assignments) {
  std::vector<Override> overrides;
  for (const std::string& assignment : assignments)
    overrides.push_back({assignment, std::string(kSetOption) + " " + assignment});
  return overrides;
}

std::vector<Override> experiment_overrides(const std::vector<std::string>& assignments) {
  std::vector<Override> overrides = environment_overrides();
  for (Override& change : set_overrides(assignments)) overrides.push_back(std::move(change));
  return overrides;
}

}  // namespace mtt
