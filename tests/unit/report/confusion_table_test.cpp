#include "report/confusion_table.h"

#include "markup.h"

TEST_CASE("a confusion table counts gold against predicted") {
  const std::string table = mtt::confusion_table({"a", "a", "b", kHostile}, {"a", "b", "b", "a"});
  check_balanced(table);
  CHECK(count(table, "<tr>") == 4);
  CHECK(count(table, ">1</td>") == 4 + 2);  // four counts, and two labels with one example
  CHECK(count(table, ">2</td>") == 1);
  std::vector<std::string> gold, predicted;
  for (int i = 0; i < 60; ++i) {
    gold.push_back("label " + std::to_string(i));
    predicted.push_back(i < 5 ? "label 59" : gold.back());
  }
  const std::string most = mtt::confusion_table(gold, predicted);
  CHECK(most.find("24 of 60 labels with the most mistakes") != std::string::npos);
  CHECK(most.find("label 59") != std::string::npos);
}
