#include "app/cli/manual_page.h"

#include <algorithm>
#include <cctype>

namespace zipage {

namespace {

/// What roff would read as its own: backslashes, hyphens that are to be minus signs, a dot or quote in front.
std::string escaped(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\\')
      safe += "\\e";
    else if (letter == '-')
      safe += "\\-";
    else
      safe += letter;
  }
  if (!safe.empty() && (safe.front() == '.' || safe.front() == '\'')) safe.insert(0, "\\&");
  return safe;
}

std::string bold(const std::string& text) { return "\\fB" + escaped(text) + "\\fR"; }
std::string italic(const std::string& text) { return "\\fI" + escaped(text) + "\\fR"; }

std::string upper(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char letter) { return std::toupper(letter); });
  return text;
}

std::string sentence(std::string text) {
  if (!text.empty() && text.back() != '.') text += '.';
  return escaped(text);
}

std::string valueOf(const OptionOutline& option) {
  std::string value;
  for (const std::string& choice : option.choices) value += (value.empty() ? "" : "|") + bold(choice);
  return value.empty() ? italic(option.valueName) : value;
}

std::string optionEntry(const OptionOutline& option) {
  std::string names;
  for (const std::string& name : option.names) names += (names.empty() ? "" : ", ") + bold(name);
  if (!option.valueName.empty()) names += (names.empty() ? "" : " ") + valueOf(option);
  std::string entry = ".TP\n" + names + "\n" + sentence(option.meaning);
  if (!option.defaultValue.empty() && !option.valueName.empty())
    entry += (option.meaning.empty() ? "" : "\n") + ("Without it: " + escaped(option.defaultValue) + ".");
  // A paragraph with a tag needs a body.
  return entry + (entry.back() == '\n' ? "\\&\n" : "\n");
}

std::string commandSection(const CommandOutline& command, const std::string& program) {
  std::string section =
      ".SS " + escaped(program + " " + command.path) + "\n" + sentence(command.meaning) + "\n";
  for (const OptionOutline& option : command.options) section += optionEntry(option);
  return section;
}

constexpr const char* kFiles =
    ".SH ENVIRONMENT\n"
    ".TP\n\\fBZIPAGE_HOME\\fR\nA folder that holds settings, chats, caches and logs instead of the folders "
    "below.\n"
    ".TP\n\\fBXDG_CONFIG_HOME\\fR, \\fBXDG_DATA_HOME\\fR, \\fBXDG_CACHE_HOME\\fR, \\fBXDG_STATE_HOME\\fR\n"
    "Where settings, chats, caches and logs lie, each in a folder named zipage.\n"
    ".TP\n\\fBHF_HUB_CACHE\\fR, \\fBHF_HOME\\fR\nWhere the Hugging Face cache is, whose models are found.\n"
    ".TP\n\\fBZIPAGE_CUDA_PLUGIN\\fR\nThe file of the CUDA plug\\-in, where it is not in its own place.\n"
    ".SH FILES\n"
    ".TP\n\\fI~/.local/share/zipage/zipage.db\\fR\nThe chats.\n"
    ".TP\n\\fI~/.config/zipage/settings.ini\\fR\nThe settings of the window.\n";

constexpr const char* kExitCodes =
    ".SH EXIT STATUS\n"
    ".TP\n0\nAll went well.\n"
    ".TP\n1\nSomething that was begun could not be finished, or\n.B doctor\nhas found a problem.\n"
    ".TP\n2\nAn option, a file or a prompt that cannot be served.\n"
    ".TP\n3\nThe template of the model refuses the conversation.\n"
    ".TP\n130\nInterrupted.\n";

}  // namespace

std::string manualPage(const CommandOutline& outline, const std::string& program,
                       const std::string& version) {
  std::string page =
      ".TH " + upper(escaped(program)) + " 1 \"\" \"Zipage " + escaped(version) +
      "\" \"User Commands\"\n.SH NAME\n" + escaped(program) +
      " \\- local reasoning models in bounded memory\n.SH SYNOPSIS\n.B " + escaped(program) +
      "\n.I command\n[\\fIoptions\\fR]\n.SH DESCRIPTION\n"
      "Runs reasoning models on this computer. Each request has a bounded number of pages of the KV "
      "cache; when\nthey are full, the tokens that matter least are evicted and the model goes on "
      "thinking. The same engine as in\n.BR zipage (1),\nwithout a window.\n.SH OPTIONS\n";
  for (const OptionOutline& option : outline.options) page += optionEntry(option);
  page += ".SH COMMANDS\n";
  for (const CommandOutline* command : flattened(outline)) {
    if (!command->path.empty()) page += commandSection(*command, program);
  }
  return page + kExitCodes + kFiles + ".SH SEE ALSO\n.BR zipage (1)\n";
}

}  // namespace zipage
