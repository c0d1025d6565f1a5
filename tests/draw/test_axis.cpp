// Axes and cut texts: what a reader of a figure sees at its edges.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "draw/axis.hpp"
#include "draw/page.hpp"
#include "draw/text.hpp"

using namespace stimgen;
using Strings = std::vector<std::string>;

namespace {

Strings labels(const draw::Axis& axis) {
  Strings result;
  for (const draw::Tick& tick : axis.ticks) result.push_back(tick.label);
  return result;
}

}  // namespace

TEST_SUITE("draw") {
  TEST_CASE("an axis ends at a round number from the largest value on") {
    CHECK(labels(draw::zero_based_axis("", 50, 4)) == Strings{"0", "20", "40", "60"});
    CHECK(labels(draw::zero_based_axis("", 0.3, 3)) == Strings{"0", "0.1", "0.2", "0.3"});
    CHECK(labels(draw::zero_based_axis("", 1000, 4)) == Strings{"0", "500", "1000"});
    CHECK(labels(draw::zero_based_axis("", 0, 4)) == Strings{"0", "0.5", "1"});
    CHECK(labels(draw::value_axis("", 4.5, 8.2, 6)) == Strings{"5", "6", "7", "8"});
    CHECK(labels(draw::value_axis("", -20, 20, 4)) == Strings{"-20", "-10", "0", "10", "20"});
  }

  TEST_CASE("what comes whole is counted in whole numbers") {
    CHECK(labels(draw::count_axis("Nodes", 1, 4)) == Strings{"0", "1"});
    CHECK(labels(draw::count_axis("Nodes", 2, 4)) == Strings{"0", "1", "2"});
    CHECK(labels(draw::count_axis("Nodes", 0, 4)) == Strings{"0", "1"});
    CHECK(labels(draw::count_axis("Nodes", 300'000, 3)) == Strings{"0", "100000", "200000", "300000"});
  }

  TEST_CASE("rates of five digits are in kHz, times from 2 s on in s, and titles say so") {
    const draw::Axis hz = draw::rate_axis("Rate", 4000, 2);
    CHECK(hz.title == "Rate (Hz)");
    CHECK(labels(hz) == Strings{"0", "2000", "4000"});
    CHECK(draw::rate_axis("Rate of a node", 12'000, 4).title == "Rate of a node (kHz)");
    CHECK(labels(draw::rate_axis("Rate", 12'000, 4)) == Strings{"0", "5", "10", "15"});
    CHECK(draw::time_axis({0, 1999}).title == "Time (ms)");
    CHECK(labels(draw::time_axis({0, 1000})) == Strings{"0", "200", "400", "600", "800", "1000"});
    CHECK(draw::time_axis({1000, 3000}).title == "Time (s)");
    CHECK(labels(draw::time_axis({1000, 3000})) == Strings{"1", "1.5", "2", "2.5", "3"});
  }

  TEST_CASE("decades and categories") {
    CHECK(labels(draw::decades_axis("", 0.1, 100)) == Strings{"0.1", "1", "10", "100"});
    const draw::Axis groups = draw::category_axis("Group", {"PN", "a very long name"}, 120);
    CHECK(labels(groups) == Strings{"PN", "a very lo…"});
    CHECK(groups.low == -0.5);
    CHECK(groups.high == 1.5);
  }

  TEST_CASE("labels get the room they need, within limits") {
    CHECK(draw::label_room(draw::zero_based_axis("", 50, 4)) == 22);
    CHECK(draw::label_room(draw::count_axis("", 300'000, 3)) > draw::text_width("30000"));
    CHECK(draw::label_room(draw::category_axis("", {std::string(99, 'w')}, 1000)) == draw::kLabelRoom);
  }

  TEST_CASE("a line of more points than paper can tell apart keeps its ends and peaks, in a small file") {
    draw::Page page("a", "b", "c");
    page.begin_panel(100, draw::time_axis({0, 1000}), draw::rate_axis("Rate", 10, 5));
    std::vector<double> xs;
    std::vector<double> ys;
    for (int i = 0; i <= 1'000'000; ++i) {
      xs.push_back(i / 1000.0);
      ys.push_back(i == 0 ? 4 : i == 123'456 ? 10 : i == 765'432 ? 0 : i == 1'000'000 ? 6 : 5);
    }
    page.line(xs, ys, {"#000000"});
    page.end_panel();
    const std::string svg = page.finish();
    CHECK(svg.size() < 200'000);
    const std::size_t start = svg.find("<path d=\"M", svg.find("</g>"));
    const std::string path = svg.substr(start, svg.find('"', start + 9) - start);
    // Of a panel 100 high that begins at 26.
    CHECK(path.starts_with("<path d=\"M64.00 86.00L"));
    CHECK(path.find(" 26.00L") != std::string::npos);
    CHECK(path.find(" 126.00L") != std::string::npos);
    CHECK(path.ends_with(" 66.00"));
  }

  TEST_CASE("a text is cut between characters") {
    CHECK(draw::fitted("short", 100) == "short");
    CHECK(draw::fitted("神経神経神経", 35) == "神経…");
    CHECK(draw::text_width(draw::fitted(std::string(60, 'i') + std::string(60, 'W'), 300)) <= 300);
  }
}
