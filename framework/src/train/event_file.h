// Scalars for TensorBoard.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "io/append_file.h"

namespace mtt {

/// CRC-32C (Castagnoli), as iSCSI uses it (RFC 3720, appendix B.4).
std::uint32_t crc32c(std::string_view bytes);

/// A file of events in the TFRecord framing, as TensorBoard reads it: the length of the record in 8 bytes,
/// its masked CRC-32C in 4, the record, its masked CRC-32C in 4, all little-endian; a record is the protobuf
/// message tensorflow.Event.
class EventFile {
 public:
  /// Makes a new file `events.out.tfevents.*` in a folder. Where `first_step` is above 0, TensorBoard drops
  /// what older files of the folder say of that step and later ones.
  EventFile(const std::filesystem::path& folder, std::int64_t first_step);

  /// Appends a value, as a float; it is with the system when the call returns.
  void scalar(std::string_view tag, std::int64_t step, double value);

  const std::filesystem::path& path() const { return file_.path(); }

 private:
  void append(std::string_view event);

  AppendFile file_;
};

}  // namespace mtt
