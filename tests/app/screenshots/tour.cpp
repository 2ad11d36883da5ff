#include "tests/app/screenshots/tour.h"

#include <QAction>
#include <QApplication>
#include <QDialog>
#include <QListWidget>
#include <QScrollBar>
#include <QTabWidget>
#include <QTest>

#include "tests/app/screenshots/stored_chats.h"
#include "ui/indicators/context_ring.h"
#include "ui/memory/memory_model.h"
#include "ui/models/model_picker.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/top_bar.h"

namespace zipage::tour {

namespace {

constexpr int kLoadMs = 60000;
constexpr int kReplyMs = 300000;
constexpr int kSettleMs = 250;
constexpr QSize kSize(1280, 800);
constexpr QSize kNarrow(900, 600);

const char* const kQuestion =
    "Tom has 14 apples. Ann has 9 more apples than Tom. How many apples do Tom and Ann have together?";

/// The same words on every machine: the likeliest token each time, in a memory small enough to be compressed.
ui::GenerationSettings settings() {
  ui::GenerationSettings chosen;
  chosen.policy = MemoryPolicy::Budget;
  chosen.budgetTokens = 128;
  chosen.periodTokens = 64;
  chosen.temperature = 0.0;
  chosen.seed = 1;
  return chosen;
}

}  // namespace

Tour::Tour(const QDir& out, int percent) : m_out(out), m_percent(percent) {
  qputenv("HF_HUB_CACHE", m_profiles.filePath("no-models").toUtf8());
}

bool Tour::run() {
  if (!visitFirstStart() || !visitReply()) return false;
  visitReading();
  visitInspector();
  visitMemory();
  visitDialogs();
  visitTrouble();
  visitNarrow();
  return true;
}

bool Tour::waitFor(const char* what, const std::function<bool()>& isThere, int ms) {
  if (QTest::qWaitFor(isThere, ms)) return true;
  qWarning("waited in vain for %s", what);
  return false;
}

QAction* Tour::action(const char* id) { return window().findChild<QAction*>(QLatin1String(id)); }

void Tour::start(const QString& profile) {
  m_application.reset();
  qputenv("ZIPAGE_HOME", m_profiles.filePath(profile).toUtf8());
  m_application = std::make_unique<Application>(QString());
  m_preferences = {};
  window().resize(kSize);
  window().show();
}

/// The window, or one of its dialogs, in both schemes, once everything is typeset.
void Tour::photograph(const QString& view, QWidget* widget) {
  for (const auto& [scheme, name] :
       {std::pair(ui::ColorScheme::Light, "light"), std::pair(ui::ColorScheme::Dark, "dark")}) {
    m_preferences.scheme = scheme;
    window().setPreferences(m_preferences);
    QTest::qWait(kSettleMs);
    const auto* transcript = window().findChild<ui::TranscriptView*>();
    waitFor(
        "formulas", [&] { return transcript->isTypeset(); }, kLoadMs);
    const QString path = m_out.filePath(QStringLiteral("%1-%2-%3.png").arg(view, name).arg(m_percent));
    QWidget* subject = widget != nullptr ? widget : &window();
    if (!subject->grab().save(path)) qWarning("cannot write %s", qPrintable(path));
  }
}

void Tour::closeDialogs() {
  for (QDialog* dialog : window().findChildren<QDialog*>()) dialog->close();
}

bool Tour::visitFirstStart() {
  start(QStringLiteral("first"));
  if (!waitFor(
          "the model", [this] { return m_application->host().isReady(); }, kLoadMs))
    return false;
  photograph(QStringLiteral("first-start"));
  return true;
}

bool Tour::visitReply() {
  const QString profile = m_profiles.filePath("used");
  const auto folder = std::filesystem::path(profile.toStdString()) / "data";
  std::filesystem::create_directories(folder);
  if (!writeStoredChats(folder / "zipage.db")) {
    qWarning("the chats of earlier days cannot be written");
    return false;
  }
  start(QStringLiteral("used"));
  if (!waitFor(
          "the model", [this] { return m_application->host().isReady(); }, kLoadMs))
    return false;
  ChatController& chats = m_application->chats();
  ui::MessageItem latest;
  QObject::connect(&chats, &ChatController::messageChanged, m_application.get(),
                   [&latest](qint64, const ui::MessageItem& item) { latest = item; });
  chats.changeSettings(0, settings());
  emit window().sendRequested(0, QString::fromUtf8(kQuestion));
  if (!waitFor(
          "a compression", [&] { return latest.compressions > 0; }, kReplyMs))
    return false;
  photograph(QStringLiteral("thinking"));
  const bool isDone = waitFor(
      "the answer", [&] { return !chats.isGenerating(); }, kReplyMs);
  QObject::disconnect(&chats, nullptr, m_application.get(), nullptr);
  photograph(QStringLiteral("answer"));
  return isDone;
}

void Tour::visitReading() {
  auto* transcript = window().findChild<ui::TranscriptView*>();
  transcript->toggleLastThinking();
  photograph(QStringLiteral("reasoning"));
  transcript->toggleLastThinking();
  const qint64 answered = window().currentChat();
  for (const ui::ChatItem& chat : m_application->chats().chatItems()) {
    if (chat.title == QLatin1String(kRichTitle)) m_application->chats().selectChat(chat.id);
  }
  transcript->verticalScrollBar()->setValue(0);
  photograph(QStringLiteral("formulas"));
  transcript->verticalScrollBar()->setValue(transcript->verticalScrollBar()->maximum());
  photograph(QStringLiteral("code"));
  action("find")->trigger();
  photograph(QStringLiteral("find"));
  QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
  m_application->chats().selectChat(answered);
}

void Tour::visitInspector() {
  action("showGeneration")->trigger();
  photograph(QStringLiteral("generation"));
  for (auto* bar : window().findChildren<QScrollBar*>()) {
    if (bar->parentWidget()->parentWidget()->objectName() == QLatin1String("generationPanelScroll"))
      bar->setValue(bar->maximum());
  }
  photograph(QStringLiteral("generation-below"));
  action("showMemory")->trigger();
  auto* ring = window().findChild<ui::ContextRing*>();
  ring->click();
  photograph(QStringLiteral("context"), ring->findChild<QWidget*>(QStringLiteral("contextBreakdown")));
  ring->findChild<QWidget*>(QStringLiteral("contextBreakdown"))->close();
}

/// What the model still sees of the answer's question and thinking, and why a word of the thinking went.
void Tour::visitMemory() {
  auto* transcript = window().findChild<ui::TranscriptView*>();
  transcript->toggleLastThinking();
  action("showShades")->trigger();
  QTest::qWait(4 * kSettleMs);
  transcript->verticalScrollBar()->setValue(0);
  photograph(QStringLiteral("shades"));
  const ui::MessageItem& reply = transcript->layoutOf(1).message();
  const auto place = static_cast<int>(reply.reasoning.indexOf(QLatin1String("without")));
  emit transcript->wordChosen(reply.id, true, place, place + 7);
  photograph(QStringLiteral("evictions"));
  action("showTimeline")->trigger();
  photograph(QStringLiteral("timeline"));
  window().memory().stepCompression(-2);
  photograph(QStringLiteral("earlier"));
  window().memory().cursor().reset();
  action("showShades")->trigger();
  action("showMemory")->trigger();
  transcript->toggleLastThinking();
}

void Tour::visitDialogs() {
  ui::ModelPicker& picker = window().modelPicker();
  action("chooseModel")->trigger();
  QTest::qWait(4 * kSettleMs);
  photograph(QStringLiteral("models"), &picker);
  closeDialogs();
  action("showSettings")->trigger();
  auto* settings = window().findChild<QDialog*>(QStringLiteral("settingsDialog"));
  auto* pages = settings->findChild<QTabWidget*>();
  for (int page = 0; page < pages->count(); ++page) {
    pages->setCurrentIndex(page);
    photograph(QStringLiteral("settings-%1").arg(page + 1), settings);
  }
  closeDialogs();
  action("showKeys")->trigger();
  photograph(QStringLiteral("keys"), window().findChild<QDialog*>(QStringLiteral("keyList")));
  closeDialogs();
  ChatController& chats = m_application->chats();
  const qint64 last = chats.chatItems().constLast().id;
  chats.deleteChat(last);
  action("showTrash")->trigger();
  QTest::qWait(4 * kSettleMs);
  photograph(QStringLiteral("deleted"), window().findChild<QDialog*>(QStringLiteral("trashDialog")));
  closeDialogs();
  chats.restoreChat(last);
  chats.selectChat(chats.chatItems().constFirst().id);
}

void Tour::visitTrouble() {
  emit window().modelFileChosen(m_profiles.filePath("gone.gguf"));
  emit window().presetSaved({QStringLiteral("Brief"), settings()});
  emit window().presetDeleteRequested(QStringLiteral("Brief"));
  photograph(QStringLiteral("trouble"));
  window().showReport(QStringLiteral("Zipage 0.1.0\nQt 6.4.2\n\nended by signal 11\n"));
  photograph(QStringLiteral("report"), window().findChild<QDialog*>(QStringLiteral("reportDialog")));
  closeDialogs();
}

void Tour::visitNarrow() {
  start(QStringLiteral("used"));
  waitFor(
      "the model", [this] { return m_application->host().isReady(); }, kLoadMs);
  m_application->chats().selectChat(m_application->chats().chatItems().constFirst().id);
  window().resize(kNarrow);
  photograph(QStringLiteral("narrow"));
  window().resize(kSize);
  m_preferences.zoom = 1.5;
  photograph(QStringLiteral("zoomed"));
}

}  // namespace zipage::tour
