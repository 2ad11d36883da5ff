#include <QApplication>
#include <QCommandLineParser>

#include "app/gui/application.h"
#include "app/gui/quit_signals.h"

int main(int argc, char** argv) {
  QApplication::setApplicationName(QStringLiteral("zipage"));
  QApplication::setApplicationDisplayName(QStringLiteral("Zipage"));
  QApplication::setApplicationVersion(QStringLiteral(ZIPAGE_VERSION));
  QApplication::setDesktopFileName(QStringLiteral("org.zipage.Zipage"));
  QApplication qtApplication(argc, argv);

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
  parser.process(qtApplication);

  const QStringList arguments = parser.positionalArguments();
  zipage::Application application(arguments.value(0));
  if (parser.isSet(ask)) application.askWhenReady(parser.value(ask));
  const zipage::QuitSignals signalsOfTheSystem;
  QObject::connect(&signalsOfTheSystem, &zipage::QuitSignals::quitRequested, &application.window(),
                   &QWidget::close);
  application.window().show();
  return QApplication::exec();
}
