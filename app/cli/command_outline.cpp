#include "app/cli/command_outline.h"

#include <sstream>

namespace zipage {

namespace {

/// The values of CLI::IsMember, which stand in the name of the type: "TEXT:{auto,f32,f16}".
std::vector<std::string> choicesIn(const std::string& typeName) {
  const std::size_t begin = typeName.find('{'), end = typeName.rfind('}');
  if (begin == std::string::npos || end == std::string::npos || end < begin) return {};
  std::vector<std::string> choices;
  std::istringstream list(typeName.substr(begin + 1, end - begin - 1));
  for (std::string choice; std::getline(list, choice, ',');) choices.push_back(choice);
  return choices;
}

/// "INT" of "INT:INT in [1 - 4096]".
std::string withoutLimits(const std::string& typeName) { return typeName.substr(0, typeName.find(':')); }

OptionOutline outlineOf(const CLI::Option& option) {
  OptionOutline outline;
  for (const std::string& name : option.get_snames()) outline.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) outline.names.push_back("--" + name);
  const bool takesValue = option.get_items_expected_max() > 0 && option.get_type_size_max() > 0;
  if (takesValue) {
    outline.valueName = withoutLimits(option.get_type_name());
    outline.choices = choicesIn(option.get_type_name());
  }
  outline.meaning = option.get_description();
  outline.defaultValue = option.get_default_str();
  outline.isPositional = option.get_positional();
  return outline;
}

CommandOutline outlineBelow(const CLI::App& app, const std::string& path);

/// A command without a name is a group of its parent's options.
void addParts(const CLI::App& app, CommandOutline& outline) {
  for (const CLI::Option* option : app.get_options([](const CLI::Option*) { return true; }))
    outline.options.push_back(outlineOf(*option));
  for (const CLI::App* part : app.get_subcommands([](const CLI::App*) { return true; })) {
    const std::string& name = part->get_name();
    if (name.empty())
      addParts(*part, outline);
    else
      outline.commands.push_back(
          outlineBelow(*part, outline.path.empty() ? name : outline.path + " " + name));
  }
}

CommandOutline outlineBelow(const CLI::App& app, const std::string& path) {
  CommandOutline outline{path, app.get_description(), {}, {}};
  addParts(app, outline);
  return outline;
}

void collect(const CommandOutline& outline, std::vector<const CommandOutline*>& all) {
  all.push_back(&outline);
  for (const CommandOutline& command : outline.commands) collect(command, all);
}

}  // namespace

CommandOutline outlineOf(const CLI::App& app) { return outlineBelow(app, {}); }

std::vector<const CommandOutline*> flattened(const CommandOutline& outline) {
  std::vector<const CommandOutline*> all;
  collect(outline, all);
  return all;
}

std::vector<std::string> commandNames(const CommandOutline& outline) {
  std::vector<std::string> names;
  for (const CommandOutline& command : outline.commands) names.push_back(nameOf(command));
  return names;
}

std::string nameOf(const CommandOutline& command) {
  const std::size_t space = command.path.rfind(' ');
  return space == std::string::npos ? command.path : command.path.substr(space + 1);
}

}  // namespace zipage
