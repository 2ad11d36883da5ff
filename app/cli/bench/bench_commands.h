// The cases of `zipage-cli bench`, a sub-command each.
#pragma once

#include "app/cli/command.h"

namespace zipage {

void addBenchStepCommands(CLI::App& bench, Action& action);
void addBenchServeCommand(CLI::App& bench, Action& action);
void addBenchOpsCommand(CLI::App& bench, Action& action);
void addBenchRestoreCommand(CLI::App& bench, Action& action);
void addBenchWatchCommand(CLI::App& bench, Action& action);

/// For cases whose steps run ahead where the device allows it.
void addWaitsOption(CLI::App& command, bool& waits);

}  // namespace zipage
