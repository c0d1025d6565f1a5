// The types of recipe values: how messages and help call them, and their JSON Schema.
//
// A schema accepts what the strict reader accepts and, wherever a scalar may stand, text with a ${variable} in it. It
// uses no union of subschemas, since those ruin completion in editors: "type" lists what may stand there, and the
// keywords of each JSON type (minimum, pattern, items, properties) apply to values of that type alone. Two short forms
// are expanded by recipe_schema(): {"use": "rate"} refers to the fragment of that type, and %decimal%, %unsigned%,
// %name% and %variable% in a pattern stand for the expressions in schema.cpp.
#include <algorithm>
#include <array>

#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

// clang-format off
constexpr std::array kTypes{
FieldType{"rate", "a rate in Hz", "a number with the unit Hz or kHz; a bare number is Hz", R"json({
  "type": ["number", "string"], "minimum": 0, "maximum": 1e9, "pattern": "^%unsigned%[ \\t]*k?Hz$|%variable%"})json"},
FieldType{"time", "a time", "a number with the unit s, ms or us; a bare number is seconds", R"json({
  "type": ["number", "string"], "minimum": -9e6, "maximum": 9e6, "pattern": "^%decimal%[ \\t]*(s|ms|us)$|%variable%"})json"},
FieldType{"time-or-none", "a time or none",
  "a number with the unit s, ms or us (a bare number is seconds), or the word none", R"json({
  "type": ["number", "string"], "minimum": 0, "maximum": 9e6,
  "pattern": "^none$|^%unsigned%[ \\t]*(s|ms|us)$|%variable%"})json"},
FieldType{"number", "a number", "a number without a unit", R"json({
  "type": ["number", "string"], "pattern": "%variable%"})json"},
FieldType{"integer", "a whole number", "a whole number, negative ones too", R"json({
  "type": ["integer", "string"], "pattern": "%variable%"})json"},
FieldType{"unsigned", "a whole number from 0 up", "a whole number from 0 up", R"json({
  "type": ["integer", "string"], "minimum": 0, "maximum": 18446744073709551615, "pattern": "%variable%"})json"},
FieldType{"count", "a whole number from 1 up", "a whole number from 1 up", R"json({
  "type": ["integer", "string"], "minimum": 1, "pattern": "%variable%"})json"},
FieldType{"fraction", "a number from 0 to 1", "a number from 0 to 1", R"json({
  "type": ["number", "string"], "minimum": 0, "maximum": 1, "pattern": "%variable%"})json"},
FieldType{"boolean", "true or false", "true or false", R"json({
  "type": ["boolean", "string"], "pattern": "%variable%"})json"},
FieldType{"text", "a text", "any text", R"json({
  "type": ["string", "number", "boolean"]})json"},
FieldType{"name", "a name", "letters, digits, _ . and -, starting with a letter or _", R"json({
  "type": "string", "pattern": "%name%|%variable%"})json"},
FieldType{"path", "a path", "a path, relative to the folder of the recipe", R"json({
  "type": ["string", "number"], "minLength": 1})json"},
FieldType{"texts", "a text or a list of texts", "a text, or a list of texts", R"json({
  "type": ["string", "number", "boolean", "array"], "items": {"use": "text"}})json"},
FieldType{"names", "a name or a list of names", "a name, or a list of names", R"json({
  "type": ["string", "array"], "pattern": "%name%|%variable%", "items": {"use": "name"}})json"},
FieldType{"integers", "a list of whole numbers", "a list of whole numbers, such as [2, 0]", R"json({
  "type": ["integer", "array", "string"], "pattern": "%variable%", "items": {"use": "integer"}})json"},
FieldType{"paths", "a path or a list of paths", "a path or a list of paths, relative to the folder of the recipe", R"json({
  "type": ["string", "array"], "minLength": 1, "items": {"use": "path"}})json"},
FieldType{"matrix", "a matrix of whole numbers", "a list of rows, each a list of whole numbers", R"json({
  "type": ["array", "string"], "pattern": "%variable%", "minItems": 1,
  "items": {"type": ["array", "string"], "pattern": "%variable%", "minItems": 1, "items": {"use": "integer"}}})json"},
FieldType{"range", "two numbers [low, high]", "two numbers in a list: [low, high]", R"json({
  "type": ["array", "string"], "pattern": "%variable%",
  "items": [{"use": "number"}, {"use": "number"}], "minItems": 2, "additionalItems": false})json"},
FieldType{"where", "a condition on node properties",
  "node properties and the values they must have: SONATA node-set syntax, all must hold", R"json({
  "type": ["object", "string"], "pattern": "%variable%",
  "additionalProperties": {
    "type": ["string", "number", "boolean", "array", "object"], "items": {"use": "text"}, "additionalProperties": false,
    "properties": {
      "$gt": {"use": "text", "description": "Greater than"},
      "$gte": {"use": "text", "description": "Greater than or equal to"},
      "$lt": {"use": "text", "description": "Less than"},
      "$lte": {"use": "text", "description": "Less than or equal to"},
      "$eq": {"use": "text", "description": "Equal to"},
      "$neq": {"use": "text", "description": "Different from"},
      "$regex": {"use": "text", "description": "The text contains a match of this regular expression"},
      "$in": {"use": "texts", "description": "One of these values"}}}})json"},
FieldType{"connected", "an edges file {edges, population}",
  "a SONATA edges file; only nodes that are the source of an edge of it are kept", R"json({
  "type": ["object", "string"], "pattern": "%variable%", "required": ["edges"], "additionalProperties": false,
  "properties": {
    "edges": {"use": "path", "description": "SONATA edges file, relative to the folder of the recipe"},
    "population": {"use": "text", "description": "Edge population, needed if the file has several"}}})json"},
FieldType{"distribution", "the name of a distribution", "lognormal, normal, gamma, uniform or exponential", R"json({
  "type": "string", "pattern": "^(lognormal|normal|gamma|uniform|exponential)$|%variable%"})json"},
FieldType{"rate-or-distribution", "a rate or a distribution of rates",
  "a rate; {mean, stdev, distribution} or for short [mean, stdev]; {uniform: [lo, hi]}; {exponential: mean}; "
  "{values: {property: …}} or {values: {csv: …}}", R"json({
  "type": ["number", "string", "array", "object"],
  "minimum": 0, "maximum": 1e9, "pattern": "^%unsigned%[ \\t]*k?Hz$|%variable%",
  "items": [{"use": "rate"}, {"use": "rate"}], "minItems": 2, "additionalItems": false,
  "minProperties": 1, "additionalProperties": false,
  "dependencies": {"mean": ["stdev"], "stdev": ["mean"], "distribution": ["mean", "stdev"]},
  "properties": {
    "mean": {"use": "rate", "description": "Mean of the resulting rates; a bare number is Hz"},
    "stdev": {"use": "rate", "description": "Standard deviation of the resulting rates; a bare number is Hz"},
    "distribution": {"use": "distribution", "description": "Shape of the distribution"},
    "uniform": {
      "description": "Rates spread evenly between a lowest and a highest, [lo, hi]; bare numbers are Hz",
      "type": ["array", "string"], "pattern": "%variable%",
      "items": [{"use": "rate"}, {"use": "rate"}], "minItems": 2, "additionalItems": false},
    "exponential": {"use": "rate", "description": "Exponentially distributed rates of this mean; a bare number is Hz"},
    "values": {
      "description": "The rate of every single node, in Hz: {property: …} or {csv: …}",
      "type": ["object", "string"], "pattern": "%variable%",
      "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
      "properties": {
        "property": {"use": "text", "description": "Node property that holds the rate in Hz"},
        "csv": {"use": "path", "description": "CSV file with the columns node_id and rate (Hz)"}}}}})json"},
FieldType{"others", "silent, a rate or a distribution of rates",
  "the word silent; a rate; {mean, stdev, distribution} or for short [mean, stdev]; {uniform: [lo, hi]}; {exponential: mean}; "
  "{values: {property: …}} or {values: {csv: …}}", R"json({
  "type": ["number", "string", "array", "object"],
  "minimum": 0, "maximum": 1e9, "pattern": "^silent$|^%unsigned%[ \\t]*k?Hz$|%variable%",
  "items": [{"use": "rate"}, {"use": "rate"}], "minItems": 2, "additionalItems": false,
  "minProperties": 1, "additionalProperties": false,
  "dependencies": {"mean": ["stdev"], "stdev": ["mean"], "distribution": ["mean", "stdev"]},
  "properties": {
    "mean": {"use": "rate", "description": "Mean of the resulting rates; a bare number is Hz"},
    "stdev": {"use": "rate", "description": "Standard deviation of the resulting rates; a bare number is Hz"},
    "distribution": {"use": "distribution", "description": "Shape of the distribution"},
    "uniform": {
      "description": "Rates spread evenly between a lowest and a highest, [lo, hi]; bare numbers are Hz",
      "type": ["array", "string"], "pattern": "%variable%",
      "items": [{"use": "rate"}, {"use": "rate"}], "minItems": 2, "additionalItems": false},
    "exponential": {"use": "rate", "description": "Exponentially distributed rates of this mean; a bare number is Hz"},
    "values": {
      "description": "The rate of every single node, in Hz: {property: …} or {csv: …}",
      "type": ["object", "string"], "pattern": "%variable%",
      "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
      "properties": {
        "property": {"use": "text", "description": "Node property that holds the rate in Hz"},
        "csv": {"use": "path", "description": "CSV file with the columns node_id and rate (Hz)"}}}}})json"},
FieldType{"group-rates", "rates by group {group: rate}", "one rate or distribution of rates for each group", R"json({
  "type": ["object", "string"], "pattern": "%variable%", "minProperties": 1,
  "additionalProperties": {"use": "rate-or-distribution"}})json"},
FieldType{"points", "a list of points {at, rate}", "a list of {at: time, rate: rate} in order of time", R"json({
  "type": ["array", "string"], "pattern": "%variable%", "minItems": 1,
  "items": {
    "type": ["object", "string"], "pattern": "%variable%", "required": ["at", "rate"], "additionalProperties": false,
    "properties": {
      "at": {"use": "time", "description": "Time since the start of the cycle; a bare number is seconds"},
      "rate": {"use": "rate", "description": "Rate at this time; a bare number is Hz"}}}})json"},
FieldType{"process", "the name of a point process", "the name of a point process, or {name: {its keys}}", R"json({
  "type": ["string", "object"], "minProperties": 1, "maxProperties": 1})json"},
FieldType{"combine-sources", "a list of tasks and files",
  "a list of task names and of {file, population, shift, where}", R"json({
  "type": ["array", "string"], "pattern": "%variable%", "minItems": 1,
  "items": {
    "type": ["string", "object"], "pattern": "%name%|%variable%", "required": ["file"], "additionalProperties": false,
    "properties": {
      "file": {"use": "path", "description": "SONATA spike file, relative to the folder of the recipe"},
      "population": {"use": "text", "description": "The only population to take; without it all are taken"},
      "shift": {"use": "time", "description": "Added to every spike time; a bare number is seconds", "default": "0 s"},
      "where": {"use": "where", "description": "Only spikes of nodes for which all of this holds"}}}})json"},
FieldType{"network-files", "a list of node files", "a list of {nodes: …, node_types: …}", R"json({
  "type": ["array", "string"], "pattern": "%variable%",
  "items": {
    "type": ["object", "string"], "pattern": "%variable%", "required": ["nodes"], "additionalProperties": false,
    "properties": {
      "nodes": {"use": "path", "description": "SONATA nodes file (HDF5)"},
      "node_types": {"use": "path", "description": "SONATA node types file (CSV, separated by spaces)"}}}})json"},
FieldType{"property", "a property of nodes",
  "one value for every node; {blocks: […]}, {cycle: […]} or {values: […]}; {uniform: [lo, hi]} or {linspace: [lo, hi]}",
  R"json({
  "type": ["string", "number", "boolean", "object"],
  "minProperties": 1, "maxProperties": 1, "additionalProperties": false,
  "properties": {
    "blocks": {"use": "texts", "description": "Values of equal blocks of consecutive nodes"},
    "cycle": {"use": "texts", "description": "Values that the nodes take in turn"},
    "uniform": {"use": "range", "description": "Drawn evenly between low and high, from seeds.network"},
    "linspace": {"use": "range", "description": "Evenly spaced from the first node to the last"},
    "values": {"use": "texts", "description": "One value for each node, in order"}}})json"},
FieldType{"node-properties", "node properties by name", "the values of each node property", R"json({
  "type": ["object", "string"], "pattern": "%variable%", "additionalProperties": {"use": "property"}})json"},
FieldType{"inline-populations", "populations {name: {nodes, properties}}",
  "populations that need no file: {name: {nodes, properties}}", R"json({
  "type": ["object", "string"], "pattern": "%variable%",
  "additionalProperties": {
    "type": ["object", "string"], "pattern": "%variable%", "required": ["nodes"], "additionalProperties": false,
    "properties": {
      "nodes": {"use": "count", "description": "Number of nodes; their ids are 0, 1, 2, …"},
      "properties": {"use": "node-properties", "description": "Node properties by name"}}}})json"},
FieldType{"groups", "a list of lists of node ids", "one list of node ids for each group", R"json({
  "type": ["array", "string"], "pattern": "%variable%", "minItems": 1,
  "items": {"type": ["array", "string"], "pattern": "%variable%", "items": {"use": "unsigned"}}})json"},
FieldType{"format-version", "the version of the recipe format", "the version of the recipe format: 1", R"json({
  "type": "integer", "enum": [1]})json"},
FieldType{"level", "a whole number from 1 to 9", "a whole number from 1 to 9", R"json({
  "type": ["integer", "string"], "minimum": 1, "maximum": 9, "pattern": "%variable%"})json"},
FieldType{"seeds", "a whole number from 0 up, or {network, spikes}",
  "a whole number from 0 up, or one for each of {network, spikes}", R"json({
  "type": ["integer", "object", "string"], "minimum": 0, "maximum": 18446744073709551615, "pattern": "%variable%"})json"},
FieldType{"report", "true, false or {path}", "true for report.html, or {path} for another name", R"json({
  "type": ["boolean", "object", "string"], "pattern": "%variable%"})json"},
FieldType{"mapping", "a mapping", "keys and their values", R"json({
  "type": ["object", "string"], "pattern": "%variable%"})json"},
FieldType{"any", "a value", "any value", "{}"},
};
// clang-format on

}  // namespace

std::span<const FieldType> field_types() {
  return kTypes;
}

const FieldType* find_field_type(std::string_view name) {
  for (const FieldType& type : kTypes) {
    if (type.name == name) return &type;
  }
  return nullptr;
}

std::vector<std::string> choice_words(std::string_view type) {
  constexpr std::string_view kPrefix = "choice:";
  std::vector<std::string> words;
  if (type.substr(0, kPrefix.size()) != kPrefix) return words;
  type.remove_prefix(kPrefix.size());
  while (!type.empty()) {
    const std::size_t bar = std::min(type.find('|'), type.size());
    std::string_view word = type.substr(0, bar);
    while (!word.empty() && word.front() == ' ') word.remove_prefix(1);
    while (!word.empty() && word.back() == ' ') word.remove_suffix(1);
    if (!word.empty()) words.emplace_back(word);
    type.remove_prefix(std::min(type.size(), bar + 1));
  }
  return words;
}

}  // namespace stimgen
