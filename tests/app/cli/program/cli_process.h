// Runs the real zipage-cli and keeps what it said.
#pragma once

#include <QProcess>
#include <QStringList>

namespace zipage {

struct CliOutcome {
  bool crashed = true;
  int exitCode = -1;
  QByteArray output;
  QByteArray errors;
};

inline CliOutcome runCli(const QStringList& arguments, const QByteArray& input = {}) {
  constexpr int kLimitMs = 240000;
  QProcess process;
  process.start(QStringLiteral(ZIPAGE_CLI), arguments);
  process.write(input);
  process.closeWriteChannel();
  CliOutcome outcome;
  if (!process.waitForFinished(kLimitMs)) process.kill();
  outcome.crashed = process.exitStatus() != QProcess::NormalExit;
  outcome.exitCode = process.exitCode();
  outcome.output = process.readAllStandardOutput();
  outcome.errors = process.readAllStandardError();
  return outcome;
}

}  // namespace zipage
