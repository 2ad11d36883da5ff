#include "app/cli/completion_script.h"

#include <algorithm>
#include <functional>

namespace zipage {

namespace {

using Words = std::vector<std::string>;

std::string joined(const Words& words, const char* separator = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
  return text;
}

void replaceAll(std::string& text, const std::string& what, const std::string& with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

/// Between single quotes as sh, bash and zsh want it.
std::string quoted(std::string text) {
  replaceAll(text, "'", "'\\''");
  return "'" + text + "'";
}

/// fish knows \\ and \' between single quotes.
std::string quotedForFish(std::string text) {
  replaceAll(text, "\\", "\\\\");
  replaceAll(text, "'", "\\'");
  return "'" + text + "'";
}

/// The name of a shell function for a command: "_zipage_cli_bench_serve".
std::string functionName(const std::string& program, const std::string& path) {
  std::string name = "_" + program + (path.empty() ? "" : "_" + path);
  for (char& letter : name) {
    if (!std::isalnum(static_cast<unsigned char>(letter))) letter = '_';
  }
  return name;
}

std::string banner(const std::string& shell, const std::string& program) {
  return "# " + shell + " completion for " + program + ", made by: " + program + " completion " + shell +
         "\n";
}

// bash: one function walks the words to the command they name, then a case for each command.

std::string bashCases(const CommandOutline& command) {
  Words words = commandNames(command), takesFile;
  std::string cases;
  for (const OptionOutline& option : command.options) {
    words.insert(words.end(), option.names.begin(), option.names.end());
    if (!option.choices.empty() && option.isPositional)
      words.insert(words.end(), option.choices.begin(), option.choices.end());
    if (option.valueName.empty() || option.names.empty()) continue;
    if (option.choices.empty())
      takesFile.insert(takesFile.end(), option.names.begin(), option.names.end());
    else
      cases += "        " + joined(option.names, "|") + ") COMPREPLY=($(compgen -W '" +
               joined(option.choices) + "' -- \"$current\")); return ;;\n";
  }
  if (!takesFile.empty()) cases += "        " + joined(takesFile, "|") + ") return ;;\n";
  return "    '" + command.path + "')\n      case $previous in\n" + cases + "      esac\n      words='" +
         joined(words) + "' ;;\n";
}

std::string bashScript(const CommandOutline& outline, const std::string& program) {
  const std::string function = functionName(program, {});
  Words paths;
  for (const CommandOutline* command : flattened(outline)) {
    if (!command->path.empty()) paths.push_back("'" + command->path + "'");
  }
  std::string script = banner("bash", program) + function +
                       "() {\n"
                       "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
                       "  local command='' words='' word next\n"
                       "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
                       "    next=\"${command:+$command }$word\"\n"
                       "    case $next in\n"
                       "      " +
                       joined(paths, "|") +
                       ") command=$next ;;\n"
                       "    esac\n"
                       "  done\n"
                       "  case $command in\n";
  for (const CommandOutline* command : flattened(outline)) script += bashCases(*command);
  return script +
         "  esac\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F " +
         function + " " + program + "\n";
}

// zsh: a function for each command, which calls _arguments and hands on to the functions of its commands.

std::string zshText(std::string text) {
  for (const char* special : {"\\", "[", "]", ":"}) replaceAll(text, special, std::string("\\") + special);
  return text;
}

std::string zshValue(const OptionOutline& option) {
  const std::string action = option.choices.empty() ? "_files" : "(" + joined(option.choices) + ")";
  return ":" + zshText(option.valueName) + ":" + action;
}

std::string zshOption(const OptionOutline& option) {
  if (option.isPositional && option.names.empty()) return quoted(zshValue(option));
  const std::string meaning = option.meaning.empty() ? "" : "[" + zshText(option.meaning) + "]";
  const std::string value = option.valueName.empty() ? "" : zshValue(option);
  const std::string tail = quoted(meaning + value);
  if (option.names.size() == 1) return quoted(option.names[0]) + tail;
  return quoted("(" + joined(option.names) + ")") + "{" + joined(option.names, ",") + "}" + tail;
}

std::string zshFunction(const CommandOutline& command, const std::string& program) {
  const std::string function = functionName(program, command.path);
  std::string script = function + "() {\n";
  if (!command.commands.empty()) script += "  local context state state_descr line\n  typeset -A opt_args\n";
  script += "  _arguments";
  if (!command.commands.empty()) script += " -C";
  for (const OptionOutline& option : command.options) script += " \\\n    " + zshOption(option);
  if (command.commands.empty()) return script + "\n}\n";
  script +=
      " \\\n    '1:command:->command' '*::argument:->arguments'\n  case $state in\n    command)\n"
      "      local -a commands=(\n";
  for (const CommandOutline& each : command.commands)
    script += "        " + quoted(nameOf(each) + ":" + zshText(each.meaning)) + "\n";
  script += "      )\n      _describe command commands ;;\n    arguments)\n      case $line[1] in\n";
  for (const CommandOutline& each : command.commands)
    script += "        " + nameOf(each) + ") " + functionName(program, each.path) + " ;;\n";
  return script + "      esac ;;\n  esac\n}\n";
}

std::string zshScript(const CommandOutline& outline, const std::string& program) {
  std::string script = "#compdef " + program + "\n" + banner("zsh", program);
  const auto commands = flattened(outline);
  for (auto command = commands.rbegin(); command != commands.rend(); ++command)
    script += zshFunction(**command, program);
  const std::string function = functionName(program, {});
  // As an autoloaded file it is the function; sourced, it registers itself.
  return script + "if [ \"$funcstack[1]\" = \"_" + program + "\" ]; then\n  " + function +
         " \"$@\"\nelse\n  compdef " + function + " " + program + "\nfi\n";
}

// fish: one line for each command and option, with the condition under which it counts.

std::string fishCondition(const CommandOutline& command) {
  if (command.path.empty()) return "__fish_use_subcommand";
  std::string path = command.path, condition;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(' ', begin), path.size());
    condition += (condition.empty() ? "" : "; and ") +
                 ("__fish_seen_subcommand_from " + path.substr(begin, end - begin));
    begin = end + 1;
  }
  return condition;
}

std::string fishOption(const OptionOutline& option, const std::string& begin) {
  std::string line = begin;
  for (const std::string& name : option.names)
    line += name.rfind("--", 0) == 0 ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (!option.valueName.empty() && option.choices.empty()) line += " -r -F";
  if (!option.choices.empty())
    line += std::string(option.isPositional ? " -f" : " -x") + " -a " + quotedForFish(joined(option.choices));
  if (!option.meaning.empty()) line += " -d " + quotedForFish(option.meaning);
  return line + "\n";
}

std::string fishScript(const CommandOutline& outline, const std::string& program) {
  std::string script = banner("fish", program) + "complete -c " + program + " -f\n";
  for (const CommandOutline* command : flattened(outline)) {
    const std::string begin = "complete -c " + program + " -n " + quotedForFish(fishCondition(*command));
    const std::string names = joined(commandNames(*command));
    for (const CommandOutline& each : command->commands) {
      // Offered until one of them was chosen.
      const std::string condition =
          fishCondition(*command) +
          (command->path.empty() ? "" : "; and not __fish_seen_subcommand_from " + names);
      script += "complete -c " + program + " -n " + quotedForFish(condition) + " -a " + nameOf(each) +
                " -d " + quotedForFish(each.meaning) + "\n";
    }
    for (const OptionOutline& option : command->options) script += fishOption(option, begin);
  }
  return script;
}

}  // namespace

Result<std::string> completionScript(const std::string& shell, const CommandOutline& outline,
                                     const std::string& program) {
  if (shell == "bash") return bashScript(outline, program);
  if (shell == "zsh") return zshScript(outline, program);
  if (shell == "fish") return fishScript(outline, program);
  return failure(ErrorCode::InvalidArgument,
                 "no completion for the shell \"" + shell + "\"; there are: bash, zsh, fish");
}

}  // namespace zipage
