// What every command of zipage-cli is: options on a sub-command, and an action that returns the exit code.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "engine/base/error.h"

namespace zipage {

inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;          // the engine gave up on something it had taken on
inline constexpr int kBadInput = 2;        // an option, a file or a prompt that cannot be served
inline constexpr int kTemplateRaised = 3;  // a chat template refuses the conversation, in its own words
inline constexpr int kInterrupted = 130;   // Ctrl+C, as shells count it

using Action = std::function<int()>;

/// Prints the message on stderr and returns `exitCode`.
inline int complain(const std::string& message, int exitCode = kBadInput) {
  std::fprintf(stderr, "zipage-cli: %s\n", message.c_str());
  return exitCode;
}

inline int complain(const Error& error, int exitCode = kBadInput) {
  return complain(error.message, exitCode);
}

// Each adds its sub-command to `program`; when the command line names it, `action` becomes what is to be
// done.
void addRunCommand(CLI::App& program, Action& action);
void addEvalCommand(CLI::App& program, Action& action);
void addBenchCommand(CLI::App& program, Action& action);
void addDoctorCommand(CLI::App& program, Action& action);
void addServeCommand(CLI::App& program, Action& action);
void addRenderCommand(CLI::App& program, Action& action);
void addTokenizeCommand(CLI::App& program, Action& action);
void addDetokenizeCommand(CLI::App& program, Action& action);
void addInspectCommand(CLI::App& program, Action& action);
void addLogitsCommand(CLI::App& program, Action& action);
void addSynthesizeCommand(CLI::App& program, Action& action);
void addTraceCommand(CLI::App& program, Action& action);
void addCompletionCommand(CLI::App& program, Action& action);
void addManualCommand(CLI::App& program, Action& action, const std::string& version);

}  // namespace zipage
