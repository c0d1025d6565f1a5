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
    CHECK(labels(groups) == Strings{"PN", "a ve…ame"});
    CHECK(groups.ticks[0].whole.empty());
    CHECK(groups.ticks[1].whole == "a very long name");
    CHECK(groups.low == -0.5);
    CHECK(groups.high == 1.5);
  }

  TEST_CASE("of categories without room for all labels some have one that can be read, and none is an ellipsis") {
    Strings numbers;
    Strings names;
    for (int i = 0; i < 24; ++i) {
      numbers.push_back(std::to_string(i));
      names.push_back("pyramidal cells of layer " + std::to_string(i));
    }
    CHECK(labels(draw::category_axis("Group", numbers, 284))[2] == "2");
    CHECK(labels(draw::category_axis("Group", numbers, 284))[22] == "22");
    for (const Strings& all : {numbers, names}) {
      const draw::Axis axis = draw::category_axis("Group", all, 284);
      int shown = 0;
      double last_end = -100;
      for (std::size_t i = 0; i < 24; ++i) {
        const std::string& label = axis.ticks[i].label;
        if (label != all[i]) CHECK(axis.ticks[i].whole == all[i]);
        if (label.empty()) continue;
        ++shown;
        const double end = static_cast<double>(i) * 284 / 24 + draw::text_width(label) / 2;
        CHECK(end - draw::text_width(label) >= last_end);
        last_end = end;
        CHECK(label.front() == all[i].front());
        CHECK(label.back() == all[i].back());
      }
      CHECK(shown >= 6);
    }
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

  TEST_CASE("a name loses its middle, between characters, and its ends stay whatever the width") {
    CHECK(draw::fitted("short", 100) == "short");
    CHECK(draw::fitted("神経神経神経", 35) == "神…経");
    CHECK(draw::fitted("神経神経神経", 45) == "神経…経");
    CHECK(draw::fitted("L23_pyramidal_a", 60) == "L23_…l_a");
    CHECK(draw::fitted("L23_pyramidal_b", 1) == "L…b");
    CHECK(draw::fitted("12", 1) == "12");  // no shorter with an ellipsis
    CHECK(draw::fitted("", 0).empty());
    CHECK(draw::text_width(draw::fitted(std::string(60, 'i') + std::string(60, 'W'), 300)) <= 300);
  }

  TEST_CASE("notes go on in the next line rather than being cut") {
    CHECK(draw::wrapped("one two three", 1000) == Strings{"one two three"});
    CHECK(draw::wrapped("one two three", draw::text_width("two three")) == Strings{"one two", "three"});
    CHECK(draw::wrapped("one two", 1) == Strings{"one", "two"});
    CHECK(draw::wrapped("", 10).empty());
  }

  TEST_CASE("what a figure shortens is whole on hover, and repeated colours are said") {
    const std::string name = "pyramidal cells of the fifth layer, thick-tufted, projecting to the pons & beyond";
    draw::Page page("task", "what", "description");
    page.legend({name, "PV"});
    page.note_groups(8, 8);
    page.note_groups(24, 40);
    page.begin_panel(50, draw::category_axis("Group", {name, "PV"}, 200), draw::count_axis("Nodes", 3, 3), name);
    page.hover_columns(-0.5, 0.5, name);
    page.end_panel();
    const std::string svg = page.finish();
    const std::string whole =
        "<title>pyramidal cells of the fifth layer, thick-tufted, projecting to the pons &amp; beyond</title>";
    std::size_t times = 0;
    for (std::size_t at = svg.find(whole); at != std::string::npos; at = svg.find(whole, at + 1)) ++times;
    CHECK(times == 4);  // legend, panel, tick, column
    CHECK(svg.find("<title>PV</title>") == std::string::npos);
    CHECK(svg.find(">…<") == std::string::npos);
    CHECK(svg.find(">the first 24 of 40 groups<") != std::string::npos);
    const std::string repeat = ">colours repeat after 8 groups<";
    CHECK(svg.find(repeat) != std::string::npos);
    CHECK(svg.find(repeat) == svg.rfind(repeat));
  }
}
