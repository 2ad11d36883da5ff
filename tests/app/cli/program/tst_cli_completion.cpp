// What zipage-cli says of itself to shells and to man: every option of every command, in scripts that the
// shells take, and completions as they give them. Shells that are not installed are passed over.
#include <QRegularExpression>
#include <QSet>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "tests/app/cli/program/cli_process.h"

using namespace zipage;

namespace {

/// Names of commands and of their options, out of what --help prints.
struct HelpText {
  QStringList commands;
  QSet<QString> options;
};

HelpText helpOf(const QStringList& command) {
  const CliOutcome outcome = runCli(command + QStringList{"--help"});
  const QString text = QString::fromUtf8(outcome.output);
  HelpText help;
  const QRegularExpression option(QStringLiteral("^  (?:-\\w,)?(--[\\w-]+)"),
                                  QRegularExpression::MultilineOption);
  for (const auto& match : option.globalMatch(text)) help.options.insert(match.captured(1));
  const qsizetype commands = text.indexOf(QStringLiteral("Subcommands:"));
  const QRegularExpression name(QStringLiteral("^  ([\\w-]+) "), QRegularExpression::MultilineOption);
  if (commands >= 0) {
    for (const auto& match : name.globalMatch(text.mid(commands))) help.commands << match.captured(1);
  }
  return help;
}

/// Every command with its path, the program itself first.
QVector<QPair<QStringList, HelpText>> allCommands() {
  QVector<QPair<QStringList, HelpText>> all{{{}, helpOf({})}};
  for (qsizetype next = 0; next < all.size(); ++next) {
    const QStringList path = all[next].first;
    const QStringList below = all[next].second.commands;
    for (const QString& name : below)
      all.append({path + QStringList{name}, helpOf(path + QStringList{name})});
  }
  return all;
}

QByteArray outputOf(const QString& program, const QStringList& arguments, int* exitCode = nullptr) {
  QProcess process;
  process.start(program, arguments);
  process.waitForFinished(60000);
  if (exitCode != nullptr) *exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
  return process.readAllStandardOutput() + process.readAllStandardError();
}

}  // namespace

class TestCliCompletion : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;
  QHash<QString, QByteArray> m_scripts;

  QString fileOf(const QString& shell) const { return m_folder.filePath(shell); }

  /// What bash offers for `line`, whose last word is being typed.
  QStringList offeredByBash(const QStringList& words) const {
    QString array;
    for (const QString& word : words) array += QStringLiteral("'%1' ").arg(word);
    const QString script =
        QStringLiteral(
            "source '%1'; COMP_WORDS=(%2); COMP_CWORD=%3; _zipage_cli; printf '%s\\n' \"${COMPREPLY[@]}\"")
            .arg(fileOf("bash"), array)
            .arg(words.size() - 1);
    return QString::fromUtf8(outputOf("bash", {"-c", script})).split(u'\n', Qt::SkipEmptyParts);
  }

 private Q_SLOTS:
  void initTestCase() {
    for (const QString shell : {"bash", "zsh", "fish"}) {
      const CliOutcome outcome = runCli({"completion", shell});
      QCOMPARE(outcome.exitCode, 0);
      m_scripts[shell] = outcome.output;
      QFile file(fileOf(shell));
      QVERIFY(file.open(QIODevice::WriteOnly) && file.write(outcome.output) == outcome.output.size());
    }
  }

  void nothingThatHelpTellsIsMissing() {
    const CliOutcome manual = runCli({"manual"});
    QCOMPARE(manual.exitCode, 0);
    const auto commands = allCommands();
    QVERIFY2(commands.size() > 12, "the help was not understood");
    for (const auto& [path, help] : commands) {
      QVERIFY2(!help.options.isEmpty(), qPrintable(path.join(u' ')));
      // The part of the page that speaks of this command.
      QString page = QString::fromUtf8(manual.output).replace(QStringLiteral("\\-"), QStringLiteral("-"));
      const QString heading = path.isEmpty() ? QStringLiteral(".SH OPTIONS\n")
                                             : QStringLiteral(".SS zipage-cli %1\n").arg(path.join(u' '));
      QVERIFY2(page.contains(heading), qPrintable(heading));
      page = page.mid(page.indexOf(heading) + heading.size());
      page.truncate(page.indexOf(
          QRegularExpression(QStringLiteral("^\\.S[SH] "), QRegularExpression::MultilineOption)));
      for (const QString& option : help.options) {
        const QByteArray where = (path.join(u' ') + u' ' + option).toUtf8();
        QVERIFY2(page.contains(QStringLiteral("\\fB%1\\fR").arg(option)), where.constData());
        QVERIFY2(m_scripts["zsh"].contains(("'" + option).toUtf8()) ||
                     m_scripts["zsh"].contains(("," + option + "}").toUtf8()),
                 where.constData());
        QVERIFY2(m_scripts["fish"].contains((" -l " + option.mid(2)).toUtf8()), where.constData());
        const QStringList offered = offeredByBash(QStringList{"zipage-cli"} + path + QStringList{option});
        QVERIFY2(offered.contains(option), where.constData());
      }
    }
  }

  void bashOffersCommandsOptionsAndChoices_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QStringList>("offered");
    QTest::newRow("commands") << "zipage-cli do" << QStringList{"doctor"};
    QTest::newRow("options of a command") << "zipage-cli run --pool" << QStringList{"--pool-tokens"};
    QTest::newRow("not of another") << "zipage-cli tokenize --pool" << QStringList{};
    QTest::newRow("a command below a command") << "zipage-cli bench ser" << QStringList{"serve"};
    QTest::newRow("its options") << "zipage-cli bench serve --js" << QStringList{"--json"};
    QTest::newRow("choices") << "zipage-cli run --kv-type bf" << QStringList{"bf16"};
    QTest::newRow("of a word in its place") << "zipage-cli completion z" << QStringList{"zsh"};
    QTest::newRow("files are left to bash") << "zipage-cli run --model /" << QStringList{};
  }
  void bashOffersCommandsOptionsAndChoices() {
    QFETCH(QString, line);
    QFETCH(QStringList, offered);
    QCOMPARE(offeredByBash(line.split(u' ')), offered);
  }

  void theShellsTakeTheirScripts_data() {
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("bash") << QStringList{"-n"};
    QTest::newRow("zsh") << QStringList{"-n"};
    QTest::newRow("fish") << QStringList{"--no-execute"};
  }
  void theShellsTakeTheirScripts() {
    QFETCH(QStringList, arguments);
    const QString shell = QString::fromLatin1(QTest::currentDataTag());
    if (QStandardPaths::findExecutable(shell).isEmpty()) QSKIP("this shell is not installed");
    int exitCode = -1;
    const QByteArray said = outputOf(shell, arguments + QStringList{fileOf(shell)}, &exitCode);
    QVERIFY2(exitCode == 0 && said.isEmpty(), said.constData());
  }

  void fishOffersTheSame_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("offered");
    QTest::newRow("commands") << "zipage-cli doc"
                              << "doctor";
    QTest::newRow("options") << "zipage-cli run --pool"
                             << "--pool-tokens";
    QTest::newRow("below") << "zipage-cli bench ser"
                           << "serve";
    QTest::newRow("choices") << "zipage-cli run --kv-type bf"
                             << "bf16";
    QTest::newRow("a word in its place") << "zipage-cli completion z"
                                         << "zsh";
  }
  void fishOffersTheSame() {
    QFETCH(QString, line);
    QFETCH(QString, offered);
    if (QStandardPaths::findExecutable("fish").isEmpty()) QSKIP("this shell is not installed");
    const QString script = QStringLiteral("source '%1'; complete -C '%2'").arg(fileOf("fish"), line);
    const QByteArray said = outputOf("fish", {"--no-config", "-c", script});
    QStringList words;
    for (const QString& text : QString::fromUtf8(said).split(u'\n', Qt::SkipEmptyParts))
      words << text.section(u'\t', 0, 0);
    QCOMPARE(words, QStringList{offered});
  }

  void thePageIsGoodRoff() {
    if (QStandardPaths::findExecutable("groff").isEmpty()) QSKIP("groff is not installed");
    QFile file(m_folder.filePath("zipage-cli.1"));
    const QByteArray page = runCli({"manual"}).output;
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(page) == page.size());
    file.close();
    int exitCode = -1;
    const QByteArray said =
        outputOf("groff", {"-man", "-Kutf8", "-Tutf8", "-ww", "-z", file.fileName()}, &exitCode);
    QVERIFY2(exitCode == 0 && said.isEmpty(), said.constData());
  }

  void anUnknownShellIsRefused() {
    QCOMPARE(runCli({"completion", "csh"}).exitCode, 2);
    QCOMPARE(runCli({"completion"}).exitCode, 2);
  }
};

QTEST_GUILESS_MAIN(TestCliCompletion)
#include "tst_cli_completion.moc"
