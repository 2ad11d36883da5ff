// The whole program with its real window, engine, model and database, driven by keys and clicks as a person
// would.
#pragma once

#include <QAction>
#include <QLabel>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QtTest>

#include "app/gui/application.h"
#include "ui/composer/composer.h"
#include "ui/composer/message_edit.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/conversation.h"
#include "ui/window/message_bar.h"

namespace zipage::test {

constexpr int kLoadMs = 30000;
constexpr int kAnswerMs = 120000;
constexpr const char* kQuestion =
    "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do Tom and Ann have together?";

/// A profile of its own, gone at the end.
class Profile {
 public:
  Profile() { use(); }
  void use() const { qputenv("ZIPAGE_HOME", m_folder.path().toUtf8()); }
  QString path(const QString& name) const { return m_folder.filePath(name); }
  std::filesystem::path database() const { return m_folder.path().toStdString() + "/data/zipage.db"; }

 private:
  QTemporaryDir m_folder;
};

/// Greedy and short, so that replies are the same each time.
inline ui::GenerationSettings greedySettings() {
  ui::GenerationSettings settings;
  settings.temperature = 0.0;
  settings.maxNewTokens = 1500;
  settings.seed = 1;
  return settings;
}

class OpenWindow {
 public:
  OpenWindow() {
    application.window().show();
    if (!QTest::qWaitForWindowActive(&application.window())) qFatal("the window does not become active");
    // After the defaults of the model, which come with it.
    QObject::connect(&application.host(), &EngineHost::modelChanged, &application.chats(),
                     [this](const ui::ModelInfo& model) {
                       if (model.state == ui::ModelInfo::State::Ready)
                         application.chats().changeSettings(0, greedySettings());
                     });
  }

  bool isReady() { return application.host().isReady(); }
  ui::MainWindow& window() { return application.window(); }
  template <typename Widget>
  Widget& part(const char* name = nullptr) {
    auto* found =
        name == nullptr ? window().findChild<Widget*>() : window().findChild<Widget*>(QLatin1String(name));
    if (found == nullptr) qFatal("no such widget: %s", name ? name : Widget::staticMetaObject.className());
    return *found;
  }
  ui::MessageEdit& edit() { return part<ui::MessageEdit>(); }
  ui::Composer& composer() { return part<ui::Composer>(); }
  ui::TranscriptModel& messages() { return part<ui::Conversation>().messages(); }
  ui::TranscriptView& transcript() { return part<ui::TranscriptView>(); }
  ui::MessageBar& notice() { return part<ui::MessageBar>("noticeBar"); }
  ui::MessageBar& problem() { return part<ui::MessageBar>("problemBar"); }
  qint64 chat() { return window().currentChat(); }

  void type(const QString& text) { QTest::keyClicks(&edit(), text); }
  /// By the keyboard into the window, as its shortcuts want it.
  void press(Qt::Key key, Qt::KeyboardModifiers modifiers = Qt::NoModifier) {
    QTest::keyClick(&edit(), key, modifiers);
  }
  void ask(const QString& question) {
    type(question);
    press(Qt::Key_Return);
  }
  void changeSettings(const ui::GenerationSettings& settings) {
    application.chats().changeSettings(chat(), settings);
  }
  int numMessages() { return messages().rowCount(); }
  ui::MessageItem last() { return numMessages() > 0 ? messages().at(numMessages() - 1) : ui::MessageItem(); }
  bool isAnswered() {
    return numMessages() > 0 && last().role == ui::Role::Assistant && !ui::isRunning(last().state) &&
           !application.chats().isGenerating();
  }
  bool isThinking() { return last().state == ui::ReplyState::Thinking && last().reasoningTokens > 5; }

  Application application{QString()};
};

/// The text of every message that a chat shows, to compare branches.
inline QStringList shownTexts(OpenWindow& open) {
  QStringList texts;
  for (int row = 0; row < open.numMessages(); ++row) texts << open.messages().at(row).text;
  return texts;
}

}  // namespace zipage::test
