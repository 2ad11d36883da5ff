// What the command line offers, as plain values: the one source of its manual page and of what shells
// complete.
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace zipage {

struct OptionOutline {
  std::vector<std::string> names;  // as typed: "-h", "--help"; empty for a positional
  std::string valueName;           // "INT", "TEXT"; empty: takes no value
  std::string meaning;             // may be empty
  std::string defaultValue;
  std::vector<std::string> choices;  // all values there are; empty: any
  bool isPositional = false;
};

struct CommandOutline {
  std::string path;  // "bench serve"; empty for the program
  std::string meaning;
  std::vector<OptionOutline> options;
  std::vector<CommandOutline> commands;
};

/// Of `app` and all that is below it.
CommandOutline outlineOf(const CLI::App& app);

/// `outline` and all commands below it, each once, parents first.
std::vector<const CommandOutline*> flattened(const CommandOutline& outline);

/// The names of the commands directly below `outline`: "serve" for "bench serve".
std::vector<std::string> commandNames(const CommandOutline& outline);

/// The last word of a path.
std::string nameOf(const CommandOutline& command);

}  // namespace zipage
