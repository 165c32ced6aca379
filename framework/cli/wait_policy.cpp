// The default of OMP_WAIT_POLICY. OpenMP reads it in a constructor of its library, before main, so this code
// runs before all constructors and starts the program again with the variable. An own value is kept.

// Sanitizers are not ready before constructors run.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <memory>

namespace {

constexpr const char* kName = "OMP_WAIT_POLICY=";
char policy[] = "OMP_WAIT_POLICY=passive";

/// False for a script whose first line names mtt: argv then holds the script already.
bool is_this_program(const char* file) {
  struct stat named = {}, own = {};
  if (::stat("/proc/self/exe", &own) != 0) return true;
  return ::stat(file, &named) == 0 && named.st_dev == own.st_dev && named.st_ino == own.st_ino;
}

void start_with_policy(int, char** argv, char** environment) {
  std::size_t count = 0;
  for (; environment[count] != nullptr; ++count)
    if (std::strncmp(environment[count], kName, std::strlen(kName)) == 0) return;
  const bool by_interpreter = ::getauxval(AT_BASE) != 0;  // false for "ld.so mtt", which cannot be repeated
  const auto* program = reinterpret_cast<const char*>(::getauxval(AT_EXECFN));
  if (!by_interpreter || program == nullptr || !is_this_program(program)) return;
  const auto more = std::make_unique<char*[]>(count + 2);
  std::memcpy(more.get(), environment, count * sizeof(char*));
  more[count] = policy;
  ::execve(program, argv, more.get());  // returns only on failure: the program runs without the default
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const kBeforeConstructors)(int, char**,
                                                                                char**) = start_with_policy;

}  // namespace

#endif
