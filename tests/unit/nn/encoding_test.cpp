#include "mtt/encoding.h"

#include <ATen/ATen.h>

#include "catch.h"

namespace {

mtt::Groups groups_of(const std::vector<std::vector<std::int64_t>>& rows) {
  mtt::Groups groups;
  for (const auto& group : rows) {
    groups.begin_group();
    for (std::size_t i = 0; i < group.size(); ++i)
      groups.add(group[i], i == 0 ? mtt::Role::first : i == 1 ? mtt::Role::second : mtt::Role::negative);
  }
  return groups;
}

}  // namespace

TEST_CASE("groups hold their inputs one after the other") {
  const mtt::Groups groups = groups_of({{0, 3}, {1, 4, 5}});
  CHECK(groups.size() == 2);
  CHECK(groups.starts == std::vector<std::int64_t>{0, 2, 5});
  CHECK(groups.rows == std::vector<std::int64_t>{0, 3, 1, 4, 5});
  CHECK(mtt::Groups().size() == 0);
}

TEST_CASE("rows of a role are picked in the order of the groups, as a view where they are evenly spaced") {
  const at::Tensor vectors = at::arange(12).view({6, 2});
  const auto check = [&](const mtt::Groups& groups, mtt::Role role, const std::vector<std::int64_t>& rows,
                         bool view) {
    const at::Tensor picked = groups.pick(vectors, role);
    CHECK(at::equal(picked, vectors.index_select(0, at::tensor(rows, at::kLong))));
    CHECK((picked.storage().data() == vectors.storage().data()) == view);
  };
  check(groups_of({{0, 1}, {2, 3}, {4, 5}}), mtt::Role::second, {1, 3, 5}, true);
  check(groups_of({{0, 3}, {1, 4}, {2, 5}}), mtt::Role::first, {0, 1, 2}, true);
  check(groups_of({{5, 0}, {1, 2}, {3, 4}}), mtt::Role::first, {5, 1, 3}, false);
  check(groups_of({{0, 1, 2, 4}, {3, 5}}), mtt::Role::negative, {2, 4}, true);
  check(groups_of({{0, 2}, {1, 2}, {3, 2}}), mtt::Role::second, {2, 2, 2}, false);
  CHECK(groups_of({{0, 1}}).pick(vectors, mtt::Role::negative).sizes() == at::IntArrayRef({0, 2}));
}
