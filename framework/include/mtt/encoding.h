// The output of the encoder for a batch: the input of a head.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "mtt/export.h"
#include "mtt/packed_batch.h"

namespace mtt {

/// The role of an input within its group.
enum class Role : std::uint8_t {
  first,    ///< the text of an example, or the anchor of a contrastive loss
  second,   ///< its second text; for a contrastive loss the positive
  negative  ///< a text that does not belong to the first one
};

/// Inputs that are compared with each other: G groups with R inputs in all. A group never spans two batches.
struct MTT_API Groups {
  std::vector<std::int64_t> starts = {0};  ///< [G+1]: group g has the entries starts[g] .. starts[g+1]-1
  std::vector<std::int64_t> rows;          ///< [R]: numbers of inputs in the batch
  std::vector<Role> roles;                 ///< [R]

  std::int64_t size() const { return static_cast<std::int64_t>(starts.size()) - 1; }  ///< G
  /// Adds an input to the last group, after `begin_group`.
  void add(std::int64_t row, Role role);
  void begin_group() { starts.push_back(starts.back()); }
  /// Adds a group of a first and a second input.
  void add_pair(std::int64_t first, std::int64_t second);

  /// The groups without the inputs of a role.
  Groups without(Role role) const;

  /// The rows of `vectors` [B, D] that have this role, [n, D], in the order of the groups. A view if they
  /// are evenly spaced.
  at::Tensor pick(const at::Tensor& vectors, Role role) const;
};

/// The features of one forward pass, with the layer, pooling and normalisation of the head's task.
/// Valid only during the call that receives it.
struct Encoding {
  const PackedBatch& batch;
  at::Tensor tokens = {};     ///< float [T, H]; undefined for a head that reads sentences
  at::Tensor sentences = {};  ///< float [B, D]; undefined for a head that reads tokens
  Groups groups = {};         ///< empty for a head that does not read groups
};

}  // namespace mtt
