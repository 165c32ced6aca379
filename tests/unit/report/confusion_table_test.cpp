#include "report/confusion_table.h"

#include "markup.h"

TEST_CASE("a confusion table counts gold against predicted") {
  const std::string table =
      mtt::confusion_table(mtt::confusion_rows({"a", "a", "b", kHostile}, {"a", "b", "b", "a"}));
  check_balanced(table);
  CHECK(count(table, "<tr>") == 4);
  CHECK(count(table, ">1</td>") == 4 + 2);  // four counts, and two labels with one example
  CHECK(count(table, ">2</td>") == 1);
  std::vector<std::string> gold, predicted;
  for (int i = 0; i < 60; ++i) {
    gold.push_back("label " + std::to_string(i));
    predicted.push_back(i < 5 ? "label 59" : gold.back());
  }
  const std::string most = mtt::confusion_table(mtt::confusion_rows(gold, predicted));
  CHECK(most.find("24 of 60 labels with the most mistakes") != std::string::npos);
  CHECK(most.find("label 59") != std::string::npos);
}

TEST_CASE("the largest confusions come first, with their share of the label") {
  std::vector<std::string> gold(8, "a"), predicted = {"a", "a", "a", "a", "a", "b", "c", "c"};
  gold.emplace_back("b");
  predicted.emplace_back("b");
  CHECK(mtt::largest_confusions(gold, predicted) ==
        mtt::TableRows{{"label", "prediction", "examples", "% of the label"},
                       {"a", "c", "2", "25.0"},
                       {"a", "b", "1", "12.5"}});
  CHECK(mtt::largest_confusions({"a"}, {"a"}).size() == 1);
  const mtt::TableRows rows = mtt::confusion_rows(gold, predicted);
  CHECK(rows == mtt::TableRows{{"label \\ prediction", "a", "b", "c", "examples"},
                               {"a", "5", "1", "2", "8"},
                               {"b", "", "1", "", "1"},
                               {"c", "", "", "", "0"}});
}
