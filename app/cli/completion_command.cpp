// completion and manual: what the command line says of itself, for shells and for man.
#include "app/cli/command.h"
#include "app/cli/command_outline.h"
#include "app/cli/completion_script.h"
#include "app/cli/manual_page.h"

namespace zipage {

namespace {

/// Made while the options are parsed: the outline speaks of `program`, which does not outlive that.
Action printing(std::string text) {
  return [text = std::move(text)] {
    return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0
               ? kSucceeded
               : complain("standard output cannot be written", kFailed);
  };
}

}  // namespace

void addCompletionCommand(CLI::App& program, Action& action) {
  auto shell = std::make_shared<std::string>();
  CLI::App* command =
      program.add_subcommand("completion", "Print what a shell needs to complete these commands");
  command->add_option("shell", *shell, "Which shell")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([shell, &program, &action] {
    action = printing(completionScript(*shell, outlineOf(program), program.get_name()).value_or(""));
  });
}

void addManualCommand(CLI::App& program, Action& action, const std::string& version) {
  CLI::App* command = program.add_subcommand("manual", "Print the manual page, for man -l -");
  command->callback([version, &program, &action] {
    action = printing(manualPage(outlineOf(program), program.get_name(), version));
  });
}

}  // namespace zipage
