#include "plugin/elf_file.h"

#include <elf.h>

#include <cstddef>

#include "catch.h"
#include "mtt/error.h"
#include "plugin/own_place.h"
#include "temporary_folder.h"

namespace {

const std::string& library() {
  static const std::string bytes = file_text(mtt::library_folder() / "libmtt.so");
  return bytes;
}

void check_refused(const std::string& bytes, const std::string& part) {
  const TemporaryFolder folder;
  CHECK_THROWS_WITH(mtt::check_shared_library(folder.write("p.so", bytes)),
                    Contains("p.so") && Contains(part));
}

}  // namespace

TEST_CASE("a complete shared library passes") {
  const TemporaryFolder folder;
  REQUIRE(library().size() > sizeof(Elf64_Ehdr));
  CHECK_NOTHROW(mtt::check_shared_library(folder.write("p.so", library())));
}

TEST_CASE("a library that is truncated anywhere is refused") {
  for (const std::size_t size :
       {std::size_t{5}, std::size_t{40}, std::size_t{70}, library().size() / 2, library().size() - 1}) {
    INFO(size);
    check_refused(library().substr(0, size), "is truncated");
  }
}

TEST_CASE("files of another kind are told apart") {
  check_refused("int main() {}\n", "not an ELF file");
  const auto changed = [](std::size_t at, unsigned char byte) {
    std::string bytes = library();
    bytes[at] = static_cast<char>(byte);
    return bytes;
  };
  check_refused(changed(EI_CLASS, ELFCLASS32), "another processor");
  check_refused(changed(offsetof(Elf64_Ehdr, e_machine), EM_PPC64), "another processor");
  check_refused(changed(offsetof(Elf64_Ehdr, e_type), ET_REL), "not a shared library");
  check_refused(changed(offsetof(Elf64_Ehdr, e_phentsize), 1), "is truncated");
}
