// zipage_screenshots OUT: pictures of the window in its states, light and dark, wide and narrow. QT_SCALE_FACTOR=1.5
// gives those of a dense screen; OUT gets a name for it.

#include <QApplication>
#include <QDir>
#include <QTimer>
#include <functional>
#include <vector>

#include "tests/ui/screenshots/sample_values.h"
#include "ui/main_window.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/inspector.h"

namespace {

using zipage::ui::ColorScheme;
using zipage::ui::MainWindow;
using zipage::ui::TranscriptView;
namespace samples = zipage::samples;

const char* const kQuestion = "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do they have together?";

struct Scene {
  QString name;
  std::function<void(MainWindow&)> prepare;
};

void showMessages(MainWindow& window, const QVector<zipage::ui::MessageItem>& messages) {
  window.showChat(5, messages, {}, {});
}

void showPool(MainWindow& window, int numPages) {
  const auto pool = samples::pool(numPages);
  window.setCacheSnapshot(pool);
  window.setFigures(samples::figures(*pool));
}

void openThinking(MainWindow& window, int row) { window.findChild<TranscriptView*>()->setThinkingOpen(row, true); }

std::vector<Scene> scenes() {
  const auto question = samples::question(1, QString::fromUtf8(kQuestion));
  const auto again = samples::question(3, QStringLiteral("And if Ann gives Tom 4 of hers?"));
  return {
      {"empty", [](MainWindow& window) { window.showChat(0, {}, {}, {}); }},
      {"streaming",
       [=](MainWindow& window) { showMessages(window, {question, samples::finishedReply(2), again, samples::streamingReply(4)}); }},
      {"folded", [=](MainWindow& window) { showMessages(window, {question, samples::finishedReply(2)}); }},
      {"thinking",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::thinkingReply(2)});
         openThinking(window, 1);
       }},
      {"pages",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::finishedReply(2)});
         openThinking(window, 1);
         showPool(window, 1536);
         window.showNotice(QStringLiteral("“Prime numbers” was deleted."), QStringLiteral("Undo"), QStringLiteral("undo"));
       }},
      {"settings",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::failedReply(2)});
         window.findChild<zipage::ui::Inspector*>()->showGeneration();
         window.showProblem(QStringLiteral("Saving failed: the disk is full."));
       }},
  };
}

void save(MainWindow& window, const QString& path) {
  if (!window.grab().save(path)) qWarning("cannot write %s", qPrintable(path));
}

void takePictures(const QDir& out) {
  const QSize sizes[] = {{1280, 800}, {900, 600}};
  for (const auto& [scheme, schemeName] : {std::pair(ColorScheme::Light, "light"), std::pair(ColorScheme::Dark, "dark")}) {
    for (const QSize& size : sizes) {
      for (const Scene& scene : scenes()) {
        MainWindow window;
        window.setColorScheme(scheme);
        window.resize(size);
        window.show();
        window.setModel(samples::model());
        window.setChats(samples::chats());
        showPool(window, 192);
        scene.prepare(window);
        save(window, out.filePath(QStringLiteral("%1-%2-%3.png").arg(scene.name, schemeName).arg(size.width())));
      }
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  if (application.arguments().size() != 2) {
    qWarning("usage: zipage_screenshots OUT");
    return 2;
  }
  const QDir out(application.arguments().at(1));
  if (!out.mkpath(QStringLiteral("."))) return 1;
  takePictures(out);
  return 0;
}
