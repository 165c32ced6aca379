#include "report/class_table.h"

#include <algorithm>
#include <cmath>

#include "catch.h"
#include "report/confusion_csv.h"

namespace {

mtt::ClassReport report_of(int classes) {
  mtt::ClassReport report;
  for (int i = 0; i < classes; ++i)
    report.classes.push_back({"label" + std::to_string(i), 0.5, 0.5, i == 3 ? 0.0 : 0.5, 100 - i});
  return report;
}

std::size_t lines(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

}  // namespace

TEST_CASE("the table of classes has one line each, and the largest confusions follow") {
  mtt::ClassReport report;
  report.classes = {{"wake\x1b[2J", 1, 0.5, 2.0 / 3, 4}, {"play", NAN, 0, 0, 12}, {"stop", 0.25, NAN, 0, 0}};
  report.pairs = {{"play", "stop", 7}, {"play", "wake", 9}, {"wake", "stop", 1}, {"wake", "wake", 20}};
  CHECK(mtt::class_report_text(report, "nowhere") ==
        "    label          precision  recall      F1  support\n"
        "    wake\\u001b[2J     1.0000  0.5000  0.6667        4\n"
        "    play                   -  0.0000  0.0000       12\n"
        "    stop              0.2500       -  0.0000        0\n"
        "    largest confusions\n"
        "      play -> wake, 9\n"
        "      play -> stop, 7\n"
        "      wake -> stop, 1\n");
  CHECK(mtt::class_report_text({}, "nowhere").empty());
}

TEST_CASE("of many classes the most frequent and the worst are printed, and where all are is said") {
  const std::string all = mtt::class_report_text(report_of(20), "in the file");
  CHECK(lines(all) == 21);
  const std::string some = mtt::class_report_text(report_of(30), "all are in the file");
  CHECK(lines(some) == 1 + 11 + 1 + 11);
  CHECK_THAT(some, Contains("the 10 most frequent of 30 labels; all are in the file") &&
                       Contains("the 10 of 30 labels with the lowest F1"));
  const std::size_t worst = some.find("lowest F1");
  CHECK(some.find("label3 ", worst) < some.find("label0 ", worst));
  CHECK(some.find("label9 ") < worst);
  CHECK(some.find("label10 ") == std::string::npos);
}

TEST_CASE("a confusion matrix is CSV with gold labels in rows, whatever labels contain") {
  mtt::ClassReport report;
  report.classes = {{"a", 1, 1, 1, 3}, {"b, \"c\"\n", 1, 1, 1, 2}};
  report.pairs = {{"a", "a", 2}, {"a", "b, \"c\"\n", 1}, {"b, \"c\"\n", "b, \"c\"\n", 2}};
  CHECK(mtt::confusion_csv(report) ==
        "gold \\ predicted,a,\"b, \"\"c\"\"\n\"\na,2,1\n\"b, \"\"c\"\"\n\",0,2\n");
}
