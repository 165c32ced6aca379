#include "plugin/elf_file.h"

#include <elf.h>

#include <cstring>
#include <string>

#include "io/file.h"
#include "mtt/error.h"

namespace mtt {
namespace {

constexpr Elf64_Half kMachine =
#if defined(__x86_64__)
    EM_X86_64;
#elif defined(__aarch64__)
    EM_AARCH64;
#else
#error "plugins are loaded on x86-64 and AArch64"
#endif

template <class T>
T read_at(const MappedFile& file, std::size_t offset) {
  T value;
  std::memcpy(&value, file.data() + offset, sizeof value);
  return value;
}

bool fits(std::uint64_t offset, std::uint64_t bytes, std::size_t size) {
  return offset <= size && bytes <= size - offset;
}

}  // namespace

void check_shared_library(const std::filesystem::path& path) {
  const MappedFile file(path);
  const auto refuse = [&](const std::string& why) {
    throw Error("plugin file '" + path.string() + "' " + why);
  };
  if (file.size() < SELFMAG || std::memcmp(file.data(), ELFMAG, SELFMAG) != 0)
    refuse("is not a shared library (not an ELF file); a plugin is built as a CMake MODULE");
  if (file.size() < sizeof(Elf64_Ehdr)) refuse("is truncated; build or copy it again");
  const auto header = read_at<Elf64_Ehdr>(file, 0);
  if (header.e_ident[EI_CLASS] != ELFCLASS64 || header.e_machine != kMachine)
    refuse("was built for another processor; build it on this machine");
  if (header.e_type != ET_DYN)
    refuse("is an ELF file, but not a shared library; a plugin is built as a CMake MODULE");
  const std::uint64_t table = std::uint64_t{header.e_phnum} * sizeof(Elf64_Phdr);
  if (header.e_phentsize != sizeof(Elf64_Phdr) || !fits(header.e_phoff, table, file.size()))
    refuse("is truncated; build or copy it again");
  if (!fits(header.e_shoff, std::uint64_t{header.e_shnum} * header.e_shentsize, file.size()))
    refuse("is truncated; build or copy it again");
  for (Elf64_Half i = 0; i < header.e_phnum; ++i) {
    const auto segment = read_at<Elf64_Phdr>(file, header.e_phoff + i * sizeof(Elf64_Phdr));
    if (!fits(segment.p_offset, segment.p_filesz, file.size()))
      refuse("is truncated; build or copy it again");
  }
}

}  // namespace mtt
