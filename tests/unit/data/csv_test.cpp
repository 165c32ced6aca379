#include "data/csv.h"

#include "catch.h"
#include "mtt/error.h"

using mtt::parse_csv;

namespace {

/// The cells of all records, the header's left out.
std::vector<std::vector<std::string>> cells(std::string_view bytes, char delimiter = ',') {
  std::vector<std::vector<std::string>> rows;
  for (const mtt::Value& row : parse_csv(bytes, delimiter, "f.csv").rows) {
    rows.emplace_back();
    for (const auto& [key, cell] : row.table()) rows.back().push_back(cell.string());
  }
  return rows;
}

using Rows = std::vector<std::vector<std::string>>;

}  // namespace

TEST_CASE("csv: quoting, line ends and empty cells") {
  CHECK(cells("a,b\n1,2\n") == Rows{{"1", "2"}});
  CHECK(cells("a,b\r\n1,2\r\n3,4") == Rows{{"1", "2"}, {"3", "4"}});
  CHECK(cells("a,b\n\"x, \"\"y\"\"\",\"two\r\nlines\"\n") == Rows{{"x, \"y\"", "two\r\nlines"}});
  CHECK(cells("a,b\n,\"\"\n") == Rows{{"", ""}});
  CHECK(cells("a,b\n5\" disc,it's\n") == Rows{{"5\" disc", "it's"}});
  CHECK(cells("a\tb\n\"x\ty\"\t1,5\n", '\t') == Rows{{"x\ty", "1,5"}});
  CHECK(cells("\"a\",\"b\nc\"\n1,2\n") == Rows{{"1", "2"}});
  CHECK(cells("a\n\nx\n") == Rows{{""}, {"x"}});
  CHECK(cells("\xEF\xBB\xBF\"a\",b\n1,2\n") == Rows{{"1", "2"}});
  CHECK(cells("a,b\n").empty());
  CHECK(cells("a,b\n 1 ,\xC3\xA4\n") == Rows{{" 1 ", "\xC3\xA4"}});
}

TEST_CASE("csv: keys are the header's, whatever their order, and cells know their place") {
  const auto rows = parse_csv("label,text\nx,\"one\ntwo\"\ny,three\n", ',', "f.csv").rows;
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("text").string() == "one\ntwo");
  CHECK(rows[1].at("label").string() == "y");
  CHECK(rows[1].place().str() == "f.csv:4:1");
  CHECK(rows[1].at("text").place().str() == "f.csv:4:3");
  CHECK(parse_csv("\xEF\xBB\xBF\"text\"\na\n", ',', "f").rows[0].find("text") != nullptr);
}

TEST_CASE("csv: blank lines at the end are passed over") {
  CHECK(cells("a,b\n1,2\n\n") == Rows{{"1", "2"}});
  CHECK(cells("a,b\n1,2\r\n\r\n\n") == Rows{{"1", "2"}});
  CHECK(cells("a\nx\n\n") == Rows{{"x"}});
}

TEST_CASE("csv: columns of the same name are left out of the rows and named") {
  const auto table = parse_csv("a,b,a,,\n1,2,3,4,5\n", ',', "f.csv");
  REQUIRE(table.rows.size() == 1);
  CHECK(table.rows[0].json() == R"({"b":"2"})");
  REQUIRE(table.repeated.size() == 4);
  CHECK(table.repeated[1].string() == "a");
  CHECK(table.repeated[1].place().str() == "f.csv:1:5");
}

TEST_CASE("csv: a quote that is not closed in its line is named with the line in which it opens") {
  const auto refuses = [](std::string_view bytes, const std::string& what) {
    INFO(bytes);
    CHECK_THROWS_WITH(parse_csv(bytes, ',', "f.csv"), Contains(what));
  };
  refuses("a,b\n\"one,x\ntwo,y\nthree\",z\nfour,x,y\n", "f.csv:5:1: found 3 cells");
  refuses("a,b\nx,\"one\ny,two\nz,\"three\"\n", "f.csv:4:4: found text after a closing quote");
  refuses("a,b\nx,\"one\ny,two\nz,\"three\"\n", "whose quote opens at line 2, column 3");
  refuses("a,b\n\"one,x\ntwo,y\nthree\"\n",
          "f.csv:2:1: the quoted cell that begins here continues over several");
}

TEST_CASE("csv: a cell whose further lines look like rows is named, and a text over several lines is not") {
  const auto many = [](std::string_view bytes) { return parse_csv(bytes, ',', "f.csv").many_lines; };
  const auto found = many("a,b\nx,\"one\ny,two\nz,three\"\nx,four\n");
  REQUIRE(found.size() == 1);
  CHECK(found[0].str() == "f.csv:2:3");
  CHECK(many("a,b\nx,\"one\ntwo\nthree\"\n").empty());
  CHECK(many("a,b\nx,\"one, two\nthree\"\n").empty());
  CHECK(many("a\n\"one\ntwo\"\n").empty());
}

TEST_CASE("csv: every fault has its place and says what to do") {
  const auto refuses = [](std::string_view bytes, const std::string& place, const std::string& with) {
    INFO(bytes.substr(0, 60));
    CHECK_THROWS_WITH(parse_csv(bytes, ',', "f.csv"), Contains(place) && Contains(with));
  };
  refuses("", "f.csv:1:", "empty, expected a header");
  refuses("\xEF\xBB\xBF", "f.csv:1:", "empty, expected a header");
  refuses("a,b\n1,2\n3\n", "f.csv:3:1:", "found 1 cell, expected 2");
  refuses("a,b\n1,2,3\n", "f.csv:2:1:", "found 3 cells, expected 2");
  refuses("a;b\n1, or 2;3\n", "f.csv:2:1:", "here they seem to be by ';'");
  refuses("a,b\n1,2\n\n3,4\n", "f.csv:3:1:", "the line is blank");
  refuses("a,b\n1,\"two\nthree\n4,5\n", "f.csv:2:3:", "never closed");
  refuses("a,b\n1,\"two\"x\n", "f.csv:2:8:", "after a closing quote");
  refuses("a,b\n1,2\r3,4\n", "f.csv:2:4:", "carriage return");
  refuses("a,b\n1,2\r", "f.csv:2:4:", "carriage return");
  refuses(std::string_view("a,b\n1,\0\n", 8), "f.csv:2:3:", "NUL");
  refuses("a,b\n1,\xE4\n", "f.csv:2:3:", "not valid UTF-8");
  refuses(
      "\xFF\xFE"
      "a",
      "f.csv:1:1:", "not valid UTF-8");
  refuses("a,b\n1," + std::string((std::size_t{16} << 20) + 1, 'x') + "\n",
          "f.csv:2:1:", "expected at most 16777216");
}
