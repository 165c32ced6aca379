// The model of a server, and what its clients may ask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "run/open_model.h"

namespace mtt {

/// How much one client may ask at once.
struct ServeLimits {
  std::int64_t concurrent_requests = 512;  ///< more: status 429
  std::int64_t batch = 32;                 ///< inputs of a request in the shapes of text-embeddings-inference
  std::int64_t openai_batch = 2048;        ///< inputs of a request to /v1/embeddings
};

/// An opened model under the name that clients see. The model must outlive it.
class ServedModel {
 public:
  ServedModel(const OpenModel& open, const ServeLimits& limits);

  const std::string& name() const { return name_; }
  std::int64_t created() const { return created_; }  ///< seconds since 1970
  const ServeLimits& limits() const { return limits_; }
  const OpenModel& open() const { return *open_; }
  const MultiTaskModel& model() const { return *open_->encoder.model; }
  const std::vector<Task>& tasks() const { return model().tasks(); }
  std::int64_t width() const { return model().modules().width(); }
  std::int64_t vocabulary() const { return model().backbone().shape().vocabulary; }
  std::int64_t max_tokens() const { return open_->encoder.max_tokens; }

  /// The text of a named prompt; an unknown name throws Error that lists the known ones. No name: none.
  std::optional<std::string> prompt(const std::optional<std::string>& name) const;
  /// The width of its vectors, and the smaller ones that its files allow.
  bool allows_width(std::int64_t width) const;

 private:
  const OpenModel* open_;
  ServeLimits limits_;
  std::string name_;
  std::int64_t created_;
};

}  // namespace mtt
