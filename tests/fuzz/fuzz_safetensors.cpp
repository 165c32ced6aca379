#include "io/safetensors.h"
#include "mtt/error.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto* bytes = reinterpret_cast<const std::byte*>(data);
  try {
    const auto file = mtt::parse_safetensors({bytes, size}, "fuzz");
    for (const mtt::TensorView& tensor : file.tensors)
      if (tensor.bytes > size ||
          (tensor.bytes > 0 && (tensor.data < bytes || tensor.data + tensor.bytes > bytes + size)))
        __builtin_trap();
  } catch (const mtt::Error&) {
  }
  return 0;
}
