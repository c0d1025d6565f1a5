// Numbers with units: exact values, and what is said about wrong ones.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "recipe/recipe_text.hpp"
#include "stimgen/grammar.hpp"

namespace stimgen {
namespace {

Value scalar(const std::string& text, bool quoted = false) {
  Value value;
  value.kind = Value::Kind::scalar;
  value.text = text;
  value.quoted = quoted;
  value.loc = {testing::source("x: " + text), 1, 4, static_cast<int>(text.size())};
  return value;
}

template <class Read>
std::string said(const std::string& text, std::string_view key, Read read, bool quoted = false) {
  Diagnostics diagnostics;
  const Value value = scalar(text, quoted);
  if (read(value, key, diagnostics)) return "accepted";
  const Diagnostic& item = diagnostics.items().at(0);
  return item.message + (item.help.empty() ? "" : " | " + item.help);
}

std::string time_said(const std::string& text, bool quoted = false) {
  return said(
      text, "on_time", [](auto&&... a) { return read_time_ms(a...); }, quoted);
}
std::string rate_said(const std::string& text, bool quoted = false) {
  return said(
      text, "rates.burst", [](auto&&... a) { return read_rate_hz(a...); }, quoted);
}
std::string count_said(const std::string& text) {
  return said(text, "steps", [](auto&&... a) { return read_unsigned(a...); });
}

double time_ms(const std::string& text) {
  Diagnostics diagnostics;
  return read_time_ms(scalar(text), diagnostics).value();
}
double rate_hz(const std::string& text) {
  Diagnostics diagnostics;
  return read_rate_hz(scalar(text), diagnostics).value();
}

TEST_SUITE("grammar") {
  TEST_CASE("decimal numbers with units are read exactly") {
    CHECK(time_ms("0.1 s") == 100.0);
    CHECK(time_ms("0.1") == 100.0);
    CHECK(time_ms("20 us") == 0.02);
    CHECK(time_ms("1e-3 s") == 1.0);
    CHECK(time_ms("500ms") == 500.0);
    CHECK(time_ms("-1.5 s") == -1500.0);
    CHECK(time_ms("2.007 s") == 2007.0);  // 2.007 * 1000 in doubles is 2006.9999999999998
    CHECK(time_ms("0.29 s") == 290.0);
    CHECK(time_ms("1.005 s") == 1005.0);
    CHECK(time_ms("1234.5678e-4 s") == 123.45678);
    CHECK(time_ms("+.5") == 500.0);
    CHECK(time_ms("0") == 0.0);
    CHECK(rate_hz("0.5 kHz") == 500.0);
    CHECK(rate_hz("50 Hz") == 50.0);
    CHECK(rate_hz("50") == 50.0);
    CHECK(rate_hz("1.001 kHz") == 1001.0);
    CHECK_FALSE(std::signbit(time_ms("-0 s")));
  }

  TEST_CASE("a unit of the other quantity says what to write") {
    CHECK(time_said("50 Hz") == "'50 Hz' is a rate, but on_time is a time | write 50 s or 50 ms");
    CHECK(rate_said("50 ms") == "'50 ms' is a time, but rates.burst is a rate | write 50 Hz");
  }

  TEST_CASE("a mistyped unit is corrected") {
    CHECK(rate_said("50 hz") == "'hz' in '50 hz' is no unit of a rate | write 50 Hz");
    CHECK(rate_said("0.5 khz") == "'khz' in '0.5 khz' is no unit of a rate | write 0.5 kHz");
    CHECK(rate_said("3 spikes/s") == "'spikes/s' in '3 spikes/s' is no unit of a rate | write 3 Hz");
    CHECK(time_said("2 sec") == "'sec' in '2 sec' is no unit of a time | write 2 s");
    CHECK(time_said("2 MS") == "'MS' in '2 MS' is no unit of a time | write 2 ms");
    CHECK(time_said("2 min") == "'min' in '2 min' is no unit of a time | write 120 s");
    CHECK(time_said("0.5 h") == "'h' in '0.5 h' is no unit of a time | write 1800 s");
    CHECK(rate_said("50\u00a0Hz").find("has a no-break space before its unit | write 50 Hz with a plain space") !=
          std::string::npos);
    CHECK(time_said("2 days") == "'days' in '2 days' is no unit of a time | units of times are s, ms and us");
  }

  TEST_CASE("numbers of other languages are refused with the number to write") {
    CHECK(time_said("010 ms") == "'010 ms' starts with a zero, which some programs take for octal | write 10 ms");
    CHECK(time_said("1_000 ms") == "'1_000 ms' has marks between its digits | write 1000 ms");
    CHECK(time_said("1,000") ==
          "'1,000' has a comma, which may be a decimal point or part thousands | write 1.000 or 1000");
    CHECK(count_said("1,000") == "'1,000' has marks between its digits | write 1000");
    CHECK(time_said("0,5 s") == "'0,5 s' has a comma for the decimal point | write 0.5 s");
    CHECK(rate_said("1,5 Hz") == "'1,5 Hz' has a comma for the decimal point | write 1.5 Hz");
    CHECK(rate_said("0,125 Hz") == "'0,125 Hz' has a comma for the decimal point | write 0.125 Hz");
    CHECK(rate_said("1.234,5 Hz") == "'1.234,5 Hz' has a comma for the decimal point | write 1234.5 Hz");
    CHECK(rate_said("1,234.5 Hz") == "'1,234.5 Hz' has marks between its digits | write 1234.5 Hz");
    CHECK(time_said("1,500 s") ==
          "'1,500 s' has a comma, which may be a decimal point or part thousands | write 1.500 s or 1500 s");
    CHECK(count_said("1,000,000") == "'1,000,000' has marks between its digits | write 1000000");
    CHECK(said("0,5", "low", [](auto&&... a) { return read_fraction(a...); }) ==
          "'0,5' has a comma for the decimal point | write 0.5");
    CHECK(count_said("0x10") == "'0x10' is not a decimal number | write 16");
    CHECK(count_said("0b11") == "'0b11' is not a decimal number | write 3");
    CHECK(count_said("0o10") == "'0o10' is not a decimal number | write 8");
    CHECK(count_said("010") == "'010' starts with a zero, which some programs take for octal | write 10");
    CHECK(rate_said("nan").find("'nan' is not a finite number") == 0);
    CHECK(rate_said("-.inf").find("'-.inf' is not a finite number") == 0);
    CHECK(time_said("12:30:45").find("'12:30:45' is not a number") == 0);
    CHECK(rate_said("1e400") == "'1e400' is too large");
    CHECK(rate_said("1e-400") == "'1e-400' is too small to tell from 0 | write 0");
    CHECK(rate_said("1e99999999999999999999") == "'1e99999999999999999999' is too large");
  }

  TEST_CASE("what is out of range is refused") {
    CHECK(rate_said("-5 Hz") == "'-5 Hz' is negative, but rates.burst is a rate | a rate is 0 Hz or more");
    CHECK(rate_said("1e9 Hz") == "accepted");
    CHECK(rate_said("1.1e9 Hz") == "'1.1e9 Hz' is more than the highest rate, 1e9 Hz");
    CHECK(time_said("9e6") == "accepted");
    CHECK(time_said("9.1e6 s") == "'9.1e6 s' is more than the longest time, 9e6 s (104 days)");
  }

  TEST_CASE("text is no number") {
    CHECK(time_said("soon") == "on_time is a time, not 'soon' | write a number with a unit, such as 500 ms or 0.5 s");
    CHECK(time_said("50", true) == "'50' is in quotes, so it is text, but on_time is a time | write 50 s");
    CHECK(time_said("50 ms", true) == "accepted");
    CHECK(time_said("50 ms ", true).find("'ms ' in '50 ms '") == 0);
    CHECK(count_said("5 Hz") == "'5 Hz' has a unit, but steps is a whole number from 0 up | write 5");
    CHECK(count_said("2.5") == "'2.5' is not whole, but steps is a whole number from 0 up");
    CHECK(count_said("-1") == "'-1' is negative, but steps is a whole number from 0 up");
    CHECK(count_said("1e3") == "accepted");
  }

  TEST_CASE("whole numbers reach to 64 bits and not beyond") {
    Diagnostics diagnostics;
    CHECK(read_unsigned(scalar("18446744073709551615"), diagnostics) == 18446744073709551615U);
    CHECK(read_integer(scalar("-9223372036854775808"), diagnostics) == std::numeric_limits<std::int64_t>::min());
    CHECK(read_integer(scalar("9223372036854775807"), diagnostics) == std::numeric_limits<std::int64_t>::max());
    CHECK(read_unsigned(scalar("2.0"), diagnostics) == 2U);
    CHECK_FALSE(diagnostics.has_errors());
    CHECK_FALSE(read_unsigned(scalar("18446744073709551616"), diagnostics));
    CHECK_FALSE(read_integer(scalar("9223372036854775808"), diagnostics));
    CHECK_FALSE(read_unsigned(scalar("1e20"), diagnostics));
    CHECK(diagnostics.error_count() == 3);
  }

  TEST_CASE("only true and false are truth values") {
    const auto boolean = [](const std::string& text) {
      return said(text, "frozen", [](auto&&... a) { return read_boolean(a...); });
    };
    CHECK(boolean("true") == "accepted");
    CHECK(boolean("yes") == "frozen is true or false, not 'yes' | write true");
    CHECK(boolean("Off") == "frozen is true or false, not 'Off' | write false");
    CHECK(boolean("1") == "frozen is true or false, not '1' | write true");
  }

  TEST_CASE("names") {
    CHECK(is_name("PN_1.a-b"));
    CHECK_FALSE(is_name(""));
    CHECK_FALSE(is_name("2nd"));
    CHECK_FALSE(is_name("a/b"));
    CHECK_FALSE(is_name("größe"));
    CHECK_FALSE(is_name(".."));
  }

  TEST_CASE("numbers are written so that they read back") {
    CHECK(format_number(0.1) == "0.1");
    CHECK(format_number(100000) == "100000");
    CHECK(format_number(-0.0) == "0");
    CHECK(format_rate(50) == "50 Hz");
    CHECK(format_time(1500) == "1.5 s");
    CHECK(format_time(500) == "500 ms");
    CHECK(format_time(0.02) == "20 us");
    CHECK(format_time(-100) == "-100 ms");
    CHECK(format_time(0) == "0 s");
    for (const double ms : {2007.0, 1234567.891, 0.1, 1e-7, 9e9, 123456789.12345678}) {
      CHECK(time_ms(format_time(ms)) == ms);
    }
  }
}

}  // namespace
}  // namespace stimgen
