// The tables of the top level of a recipe.
#include <array>

#include "stimgen/recipe.hpp"

namespace stimgen {

namespace {

constexpr std::array kRecipe{
    FieldDoc{"stimgen", "format-version", "", "", "Version of the recipe format.", "1"},
    FieldDoc{"name", "text", "", "<the file's name>", "What the recipe is called in reports.",
             "thalamocortical-tutorial"},
    FieldDoc{
        "vars", "variables", "", "none",
        "Variables: ${name} anywhere in the recipe stands for the value of name. --set vars.name=value changes it.",
        "{burst: 50 Hz}"},
    FieldDoc{"defaults", "mapping", "", "none",
             "Keys that every entry of a section has unless it says otherwise: {section: {key: value}}.",
             "{patterns: {on_time: 1 s}}"},
    FieldDoc{"include", "paths", "", "none", "Other recipe files whose sections are merged into this one.",
             "[rates.yaml]"},
    FieldDoc{"seeds", "seeds", "", "", "Where all randomness starts; one number sets both seeds.",
             "{network: 123, spikes: 2}"},
    FieldDoc{"time", "mapping", "", "none", "The window of every task that does not say otherwise.",
             "{start: 0 s, stop: 15 s}"},
    FieldDoc{"networks", "mapping", "", "none", "Where nodes come from.", "{from: simulation_config.json}"},
    FieldDoc{"backgrounds", "mapping", "", "none", "Ongoing activity, by task name.",
             "{baseline: {population: baseline, rate: 20 Hz}}"},
    FieldDoc{"assemblies", "mapping", "", "none", "Sets of node groups, by name.",
             "{thalamus_groups: {population: thalamus, method: property, property: pulse_group_id}}"},
    FieldDoc{"patterns", "mapping", "", "none", "Time-varying input to the groups of an assembly set, by task name.",
             "{long: {type: long, assemblies: thalamus_groups, rates: {burst: 50 Hz}}}"},
    FieldDoc{"combine", "mapping", "", "none",
             "Files for one simulation run, merged from tasks and files, by task name.",
             "{trial_input: {from: [baseline, long]}}"},
    FieldDoc{"alternatives", "task-sets", "", "none",
             "Tasks that are never used together in one simulation, so that nothing need combine them: one set of "
             "names, or a list of such sets.",
             "[long, short]"},
    FieldDoc{"output", "mapping", "", "none", "Where and how spike files are written.", "{directory: stimulus}"},
    FieldDoc{"report", "report", "", "false",
             "Whether a run writes an HTML report of what it made: true, or {path} for another name than report.html.",
             "true"},
};

constexpr std::array kSeeds{
    FieldDoc{"network", "unsigned", "", "",
             "Drives what stays fixed between trials: who is in which assembly, which mean rate a node has.", "123"},
    FieldDoc{"spikes", "unsigned", "", "", "Drives what changes from trial to trial: the spike times.", "2"},
};

constexpr std::array kTime{
    FieldDoc{"start", "time", "s", "0 s", "Start of the window.", "0 s"},
    FieldDoc{"stop", "time", "s", "none", "End of the window; without it every task needs a stop of its own.", "15 s"},
};

constexpr std::array kDefaults{
    FieldDoc{"backgrounds", "mapping", "", "none", "Defaults of every background.", "{population: thalamus}"},
    FieldDoc{"assemblies", "mapping", "", "none", "Defaults of every assembly set.", "{population: thalamus}"},
    FieldDoc{"patterns", "mapping", "", "none", "Defaults of every pattern.", "{on_time: 1 s, off_time: 0.5 s}"},
    FieldDoc{"combine", "mapping", "", "none", "Defaults of every combination.", "{}"},
};

constexpr std::array kOutput{
    FieldDoc{"directory", "path", "", "stimulus", "Folder of the spike files, relative to the recipe's.", "stimulus"},
    FieldDoc{"sort", "choice: by_id | by_time", "", "by_id",
             "Order of the spikes in a file: by node and then time, or by time and then node.", "by_time"},
    FieldDoc{"compression", "choice: none | gzip", "", "none",
             "Compression of the spike files: 'none' opens everywhere and is faster, 'gzip' takes about 40 % of the "
             "space, but libsonata's wheels and what builds on them (neurodamus, BlueCelluLab, SNAP) cannot read it.",
             "gzip"},
    FieldDoc{"level", "level", "", "4", "How hard gzip tries, from 1 (fast) to 9 (small).", "6"},
    FieldDoc{"resolution", "time-or-none", "s", "none", "Grid to which spike times are rounded.", "0.1 ms"},
    FieldDoc{"max_spikes", "count", "", "none", "A recipe expected to make more spikes than this is refused.",
             "1000000000"},
    FieldDoc{"max_bytes", "size", "bytes", "<what the disk has free>",
             "A recipe expected to write more than this is refused.", "10 GB"},
};

constexpr std::array kReport{
    FieldDoc{"path", "text", "", "report.html", "File of the report, inside output.directory.", "trial_1.html"},
};

constexpr std::array kSections{
    SectionDoc{"recipe", "One YAML file is one batch of stimulus files.", kRecipe},
    SectionDoc{"seeds", "Where all randomness starts.", kSeeds},
    SectionDoc{"time", "The window of every task that does not say otherwise.", kTime},
    SectionDoc{"defaults", "Keys that every entry of a section has unless it says otherwise.", kDefaults},
    SectionDoc{"output", "Where and how spike files are written.", kOutput},
    SectionDoc{"report", "The HTML report that a run writes.", kReport},
};

}  // namespace

std::span<const SectionDoc> top_level_docs() {
  return kSections;
}

}  // namespace stimgen
