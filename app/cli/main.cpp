// zipage-cli: the engine of Zipage without a window.
#include <QCoreApplication>
#include <clocale>

#include "app/cli/command.h"

namespace {

int chooseAction(int argc, char** argv, zipage::Action& action) {
  CLI::App program("Local reasoning models in bounded memory.", "zipage-cli");
  program.set_version_flag("--version", ZIPAGE_VERSION);
  program.require_subcommand(1);
  zipage::addRunCommand(program, action);
  zipage::addEvalCommand(program, action);
  zipage::addBenchCommand(program, action);
  zipage::addServeCommand(program, action);
  zipage::addDoctorCommand(program, action);
  zipage::addRenderCommand(program, action);
  zipage::addTokenizeCommand(program, action);
  zipage::addDetokenizeCommand(program, action);
  zipage::addInspectCommand(program, action);
  zipage::addLogitsCommand(program, action);
  zipage::addSynthesizeCommand(program, action);
  zipage::addTraceCommand(program, action);
  zipage::addCompletionCommand(program, action);
  zipage::addManualCommand(program, action, ZIPAGE_VERSION);
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? zipage::kSucceeded : zipage::kBadInput;
  }
  return zipage::kSucceeded;
}

}  // namespace

int main(int argc, char** argv) {
  int qtArgc = 1;  // the options are ours, not Qt's
  const QCoreApplication application(qtArgc, argv);
  QCoreApplication::setApplicationVersion(QStringLiteral(ZIPAGE_VERSION));
  std::setlocale(LC_NUMERIC, "C");  // Qt has taken the user's; numbers are read and written with a point

  zipage::Action action;
  const int exitCode = chooseAction(argc, argv, action);
  return action ? action() : exitCode;
}
