// The cases of `zipage-cli bench`, a sub-command each.
#pragma once

#include "app/cli/command.h"

namespace zipage {

void addBenchStepCommands(CLI::App& bench, Action& action);
void addBenchServeCommand(CLI::App& bench, Action& action);
void addBenchOpsCommand(CLI::App& bench, Action& action);
void addBenchRestoreCommand(CLI::App& bench, Action& action);
void addBenchWatchCommand(CLI::App& bench, Action& action);

}  // namespace zipage
