#include <QApplication>
#include <QCommandLineParser>

#include "app/gui/application.h"
#include "app/gui/bundled_plugins.h"
#include "app/gui/quit_signals.h"
#include "ui/theme/icons.h"

namespace {

/// What is only printed needs no display.
void doWithoutDisplayForWords(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    const QByteArray option(argv[i]);
    for (const char* words : {"-h", "--help", "--help-all", "-v", "--version"}) {
      if (option == words) qputenv("QT_QPA_PLATFORM", "offscreen");
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  doWithoutDisplayForWords(argc, argv);
  zipage::useBundledPlugins();
  QApplication::setApplicationName(QStringLiteral("zipage"));
  QApplication::setApplicationDisplayName(QStringLiteral("Zipage"));
  QApplication::setApplicationVersion(QStringLiteral(ZIPAGE_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("org.zipage.Zipage"));
  QApplication qtApplication(argc, argv);
  QApplication::setWindowIcon(zipage::ui::programIcon());

  QCommandLineParser parser;
  parser.setApplicationDescription(
      QApplication::translate("main", "Chat with local reasoning models in bounded memory."));
  parser.addHelpOption();
  parser.addVersionOption();
  parser.addPositionalArgument(
      QStringLiteral("model"),
      QApplication::translate("main", "A .gguf file to open; the embedded model without one."),
      QStringLiteral("[model]"));
  const QCommandLineOption ask(
      QStringLiteral("ask"),
      QApplication::translate("main", "Ask this in a new chat as soon as the model is ready."),
      QStringLiteral("text"));
  parser.addOption(ask);
  const QCommandLineOption models(QStringLiteral("models"),
                                  QApplication::translate("main", "Show the list of models at once."));
  parser.addOption(models);
  const QCommandLineOption doctor(
      QStringLiteral("doctor"),
      QApplication::translate("main", "Show at once what this computer has and what is missing."));
  parser.addOption(doctor);
  parser.process(qtApplication);

  const QStringList arguments = parser.positionalArguments();
  zipage::Application application(arguments.value(0));
  if (parser.isSet(ask)) application.askWhenReady(parser.value(ask));
  const zipage::QuitSignals signalsOfTheSystem;
  QObject::connect(&signalsOfTheSystem, &zipage::QuitSignals::quitRequested, &application.window(),
                   &QWidget::close);
  application.window().show();
  if (parser.isSet(models)) application.window().chooseModel();
  if (parser.isSet(doctor)) application.window().openDoctor();
  return QApplication::exec();
}
