#include "report/html_table.h"

#include "markup.h"

TEST_CASE("a table escapes its cells and aligns numbers on the right") {
  const mtt::TableRows rows = {{kHostile, "score", "time"},
                               {"a", "0.5 ± 0.1 (2 seeds)", "~1,234.5"},
                               {kHostile, "-", "12"},
                               {"7", "+0.2500 **", "-"}};
  const std::string table = mtt::html_table(rows, kHostile);
  check_balanced(table);
  CHECK(count(table, "<td class=\"number\">") == 6);
  CHECK(count(table, "<th scope=\"col\" class=\"number\">") == 2);
  CHECK_FALSE(mtt::is_number_column(rows, 0));
  CHECK(mtt::is_number_column(rows, 1));
  CHECK_FALSE(mtt::is_number_column({{"empty"}, {"-"}, {""}}, 0));
  CHECK_FALSE(mtt::is_number_column({{"version"}, {"3 of them"}}, 0));
}
