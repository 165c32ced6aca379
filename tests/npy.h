// The numbers of an .npy file of float32.
#pragma once

#include <cstring>
#include <stdexcept>
#include <vector>

#include "io/npy.h"
#include "temporary_folder.h"

/// A file of another shape or length throws.
inline std::vector<float> npy_values(const std::filesystem::path& path,
                                     const std::vector<std::int64_t>& shape) {
  const std::string bytes = file_text(path), header = mtt::npy_header(shape);
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= static_cast<std::size_t>(size);
  if (!bytes.starts_with(header) || bytes.size() != header.size() + count * sizeof(float))
    throw std::runtime_error(path.string() + " is no .npy file of that shape");
  std::vector<float> values(count);
  if (count > 0) std::memcpy(values.data(), bytes.data() + header.size(), count * sizeof(float));
  return values;
}
