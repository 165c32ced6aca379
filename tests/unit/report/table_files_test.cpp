#include "report/table_files.h"

#include <filesystem>

#include "catch.h"
#include "io/file.h"
#include "temporary_folder.h"

namespace fs = std::filesystem;

TEST_CASE("a table as CSV quotes what has to be quoted") {
  CHECK(mtt::table_csv({{"a", "b"}, {"1,000", "say \"x\""}, {"0.5 ± 0.1", ""}}) ==
        "a,b\n\"1,000\",\"say \"\"x\"\"\"\n0.5 ± 0.1,\n");
}

TEST_CASE("a table for LaTeX escapes every character that LaTeX gives a meaning") {
  CHECK(mtt::table_latex({{"a_b & c", "Δ all"},
                          {"50 % of $x^2$ {#1} ~\\<|>", "+0.1 ± 0.2 *"},
                          {"[1]", "0.5"},
                          {"*", ""},
                          {"short"}}) ==
        "% \\usepackage{booktabs}\n"
        "\\begin{tabular}{lr}\n"
        "\\toprule\n"
        "a\\_b \\& c & $\\Delta$ all \\\\\n"
        "\\midrule\n"
        "50 \\% of \\$x\\textasciicircum{}2\\$ \\{\\#1\\} "
        "\\textasciitilde{}\\textbackslash{}\\textless{}\\textbar{}"
        "\\textgreater{} & +0.1 $\\pm$ 0.2 * \\\\\n"
        "{[}1] & 0.5 \\\\\n"
        "{*} &  \\\\\n"
        "short &  \\\\\n"
        "\\bottomrule\n"
        "\\end{tabular}\n");
}

TEST_CASE("tables are written under safe names that differ") {
  const TemporaryFolder folder;
  const fs::path tables = folder.path() / "new/tables";
  const mtt::TableRows rows = {{"a"}, {"1"}};
  CHECK(mtt::write_tables({{"labels-intent", rows}, {"../x y", rows}, {".._x_y", rows}, {"__x", rows}},
                          tables) == 4);
  for (const char* name : {"labels-intent", "_.._x_y", "_.._x_y-2", "__x"})
    for (const char* ending : {".csv", ".tex"}) {
      INFO(name << ending);
      CHECK(fs::exists(tables / (std::string(name) + ending)));
    }
  CHECK(mtt::read_file(tables / "labels-intent.csv", 100) == "a\n1\n");
}
