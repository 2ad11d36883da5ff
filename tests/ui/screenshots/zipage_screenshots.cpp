// zipage_screenshots OUT: pictures of the window in its states, light and dark, wide and narrow.
// QT_SCALE_FACTOR=1.5 gives those of a dense screen.

#include <QApplication>
#include <QDir>
#include <QLineEdit>
#include <QScrollBar>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "tests/ui/screenshots/sample_values.h"
#include "ui/composer/composer.h"
#include "ui/main_window.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/inspector.h"

namespace {

using zipage::ui::ColorScheme;
using zipage::ui::MainWindow;
using zipage::ui::TranscriptView;
namespace samples = zipage::samples;

const char* const kQuestion =
    "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do they have together?";

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

void openThinking(MainWindow& window, int row) {
  window.findChild<TranscriptView*>()->setThinkingOpen(row, true);
}

void scrollTo(MainWindow& window, double share) {
  QScrollBar* bar = window.findChild<TranscriptView*>()->verticalScrollBar();
  bar->setValue(static_cast<int>(bar->maximum() * share));
}

std::vector<Scene> scenes() {
  const auto question = samples::question(1, QString::fromUtf8(kQuestion));
  const auto again = samples::question(3, QStringLiteral("And if Ann gives Tom 4 of hers?"));
  return {
      {"empty", [](MainWindow& window) { window.showChat(0, {}, {}, {}); }},
      {"streaming",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::finishedReply(2), again, samples::streamingReply(4)});
       }},
      {"folded",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::finishedReply(2)});
       }},
      {"formulas",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::richReply(2)});
         scrollTo(window, 0.0);
       }},
      {"code",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::richReply(2)});
       }},
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
         window.showNotice(QStringLiteral("“Prime numbers” was deleted."), QStringLiteral("Undo"),
                           QStringLiteral("undo"));
       }},
      {"versions",
       [=](MainWindow& window) {
         showMessages(window, samples::versions());
         window.findChild<zipage::ui::Composer*>()->beginEdit(1, QString::fromUtf8(kQuestion), {});
       }},
      {"files",
       [=](MainWindow& window) {
         window.showChat(5, samples::versions(), samples::generation(),
                         QStringLiteral("And what is missing?"), samples::files());
         window.setTokenCount(1312);
       }},
      {"search",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::thinkingReply(2)});
         window.findChild<QLineEdit*>(QStringLiteral("chatSearch"))->setText(QStringLiteral("apples"));
         window.setSearchHits(QStringLiteral("apples"), samples::hits());
       }},
      {"settings",
       [=](MainWindow& window) {
         showMessages(window, {question, samples::failedReply(2)});
         window.findChild<zipage::ui::Inspector*>()->showGeneration();
         window.showProblem(QStringLiteral("Saving failed: the disk is full."));
       }},
  };
}

struct Shot {
  QString fileName;
  ColorScheme scheme;
  QSize size;
  std::function<void(MainWindow&)> prepare;
};

std::vector<Shot> shots() {
  std::vector<Shot> list;
  for (const auto& [scheme, name] :
       {std::pair(ColorScheme::Light, "light"), std::pair(ColorScheme::Dark, "dark")}) {
    for (const QSize& size : {QSize(1280, 800), QSize(900, 600)}) {
      for (const Scene& scene : scenes()) {
        const QString fileName = QStringLiteral("%1-%2-%3.png").arg(scene.name, name).arg(size.width());
        list.push_back({fileName, scheme, size, scene.prepare});
      }
    }
  }
  return list;
}

/// Takes one picture after the other; each window gets a moment to lay itself out.
class Photographer final : public QObject {
 public:
  explicit Photographer(const QDir& out) : m_out(out), m_shots(shots()) { begin(); }

 private:
  void begin() {
    if (m_next == m_shots.size()) return QCoreApplication::quit();
    const Shot& shot = m_shots[m_next];
    m_window = std::make_unique<MainWindow>();
    m_window->setColorScheme(shot.scheme);
    m_window->resize(shot.size);
    m_window->show();
    m_window->setModel(samples::model());
    m_window->setChats(samples::chats());
    showPool(*m_window, 192);
    shot.prepare(*m_window);
    QTimer::singleShot(kSettleMs, this, [this] { finish(); });
  }

  /// Whether something is still being typeset.
  bool isWorking() const {
    const auto* transcript = m_window->findChild<TranscriptView*>();
    return transcript != nullptr && !transcript->isTypeset();
  }

  void finish() {
    if (isWorking()) return QTimer::singleShot(kSettleMs, this, [this] { finish(); });
    const QString path = m_out.filePath(m_shots[m_next++].fileName);
    if (!m_window->grab().save(path)) qWarning("cannot write %s", qPrintable(path));
    begin();
  }

  static constexpr int kSettleMs = 250;
  QDir m_out;
  std::vector<Shot> m_shots;
  std::size_t m_next = 0;
  std::unique_ptr<MainWindow> m_window;
};

}  // namespace

int main(int argc, char** argv) {
  QApplication application(argc, argv);
  if (application.arguments().size() != 2) {
    qWarning("usage: zipage_screenshots OUT");
    return 2;
  }
  const QDir out(application.arguments().at(1));
  if (!out.mkpath(QStringLiteral("."))) return 1;
  std::unique_ptr<Photographer> photographer;
  QTimer::singleShot(0, &application, [&] { photographer = std::make_unique<Photographer>(out); });
  return QApplication::exec();
}
