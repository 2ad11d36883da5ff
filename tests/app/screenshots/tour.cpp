#include "tests/app/screenshots/tour.h"

#include <QAction>
#include <QApplication>
#include <QComboBox>
#include <QDialog>
#include <QLineEdit>
#include <QListWidget>
#include <QProcess>
#include <QPushButton>
#include <QScrollBar>
#include <QTabWidget>
#include <QTest>

#include "tests/app/screenshots/stored_chats.h"
#include "ui/indicators/context_ring.h"
#include "ui/memory/compare_dialog.h"
#include "ui/memory/eviction_panel.h"
#include "ui/memory/memory_model.h"
#include "ui/models/model_picker.h"
#include "ui/models/remote_dialog.h"
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

constexpr std::pair<ui::ColorScheme, const char*> kSchemes[] = {{ui::ColorScheme::Light, "light"},
                                                                {ui::ColorScheme::Dark, "dark"}};

}  // namespace

Tour::Tour(const QDir& out, int percent) : m_out(out), m_percent(percent) {
  qputenv("HF_HUB_CACHE", m_profiles.filePath("no-models").toUtf8());
}

bool Tour::run() {
  if (!visitFirstStart() || !visitReply()) return false;
  visitReading();
  visitInspector();
  visitMemory();
  visitComparison();
  visitDialogs();
  if (!visitElsewhere()) return false;
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

void Tour::useScheme(ui::ColorScheme scheme) {
  m_preferences.scheme = scheme;
  window().setPreferences(m_preferences);
  QTest::qWait(kSettleMs);
}

void Tour::take(const QString& view, const QString& scheme, QWidget* widget) {
  const auto* transcript = window().findChild<ui::TranscriptView*>();
  waitFor(
      "formulas", [&] { return transcript->isTypeset(); }, kLoadMs);
  const QString path = m_out.filePath(QStringLiteral("%1-%2-%3.png").arg(view, scheme).arg(m_percent));
  QWidget* subject = widget != nullptr ? widget : &window();
  if (!subject->grab().save(path)) qWarning("cannot write %s", qPrintable(path));
}

/// The window, or one of its dialogs, in both schemes, once everything is typeset.
void Tour::photograph(const QString& view, QWidget* widget) {
  for (const auto& [scheme, name] : kSchemes) {
    useScheme(scheme);
    take(view, QLatin1String(name), widget);
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
  // A reply is over before two pictures of it are taken, so each scheme gets one of its own.
  bool isDone = true;
  for (const auto& [scheme, name] : kSchemes) {
    useScheme(scheme);
    latest = {};
    chats.startNewChat();
    Q_EMIT window().sendRequested(0, QString::fromUtf8(kQuestion));
    isDone = waitFor(
                 "a compression", [&] { return latest.compressions > 0; }, kReplyMs) &&
             isDone;
    take(QStringLiteral("thinking"), QLatin1String(name), nullptr);
    isDone = waitFor(
                 "the answer", [&] { return !chats.isGenerating(); }, kReplyMs) &&
             isDone;
  }
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
  Q_EMIT transcript->wordChosen(reply.id, true, place, place + 7);
  photograph(QStringLiteral("evictions"));
  auto* view = window().findChild<ui::EvictionPanel*>()->findChild<QComboBox*>();
  for (const auto& [index, name] : {std::pair(1, "heads-along-the-text"), std::pair(2, "heads-by-age")}) {
    view->setCurrentIndex(index);
    photograph(QLatin1String(name));
  }
  view->setCurrentIndex(0);
  action("showTimeline")->trigger();
  photograph(QStringLiteral("timeline"));
  window().memory().stepCompression(-2);
  photograph(QStringLiteral("earlier"));
  window().memory().cursor().reset();
  action("showShades")->trigger();
  action("showMemory")->trigger();
  transcript->toggleLastThinking();
}

/// One question under two policies, the second too small for it.
void Tour::visitComparison() {
  action("comparePolicies")->trigger();
  ui::CompareDialog& dialog = window().compareDialog();
  ui::ComparisonPlan plan{QString::fromUtf8(kQuestion), settings(), settings()};
  plan.first.policy = MemoryPolicy::Full;
  plan.second.budgetTokens = 64;
  plan.second.periodTokens = 32;
  plan.first.maxNewTokens = plan.second.maxNewTokens = 600;
  Q_EMIT dialog.compareRequested(plan);
  waitFor(
      "both replies", [&] { return !dialog.comparison().isRunning(); }, kReplyMs);
  photograph(QStringLiteral("compare"), &dialog);
  closeDialogs();
}

void Tour::visitDialogs() {
  ui::ModelPicker& picker = window().modelPicker();
  action("chooseModel")->trigger();
  QTest::qWait(4 * kSettleMs);
  photograph(QStringLiteral("models"), &picker);
  closeDialogs();
  m_preferences.serves = true;
  m_preferences.serverNeedsKey = true;
  Q_EMIT window().preferencesChanged(m_preferences);
  waitFor(
      "the server", [this] { return !m_application->server().info().address.isEmpty(); }, kLoadMs);
  action("showSettings")->trigger();
  auto* settings = window().findChild<QDialog*>(QStringLiteral("settingsDialog"));
  auto* pages = settings->findChild<QTabWidget*>();
  for (int page = 0; page < pages->count(); ++page) {
    pages->setCurrentIndex(page);
    photograph(QStringLiteral("settings-%1").arg(page + 1), settings);
  }
  closeDialogs();
  m_preferences.serves = false;
  Q_EMIT window().preferencesChanged(m_preferences);
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

/// On an engine in another process.
bool Tour::visitElsewhere() {
  QProcess server;
  server.setProcessChannelMode(QProcess::ForwardedErrorChannel);
  server.start(QCoreApplication::applicationDirPath() + QStringLiteral("/zipage-cli"),
               {QStringLiteral("serve"), QStringLiteral("--port"), QStringLiteral("0"),
                QStringLiteral("--no-prefixes")});
  if (!waitFor(
          "the other engine", [&] { return server.canReadLine(); }, kLoadMs))
    return false;
  const QString address = QString::fromUtf8(server.readLine()).trimmed();
  auto& dialog = window().modelPicker().remoteDialog();
  action("chooseModel")->trigger();
  dialog.open();
  auto* field = dialog.findChild<QLineEdit*>(QStringLiteral("remoteAddress"));
  field->setText(address);
  Q_EMIT field->textEdited(address);
  dialog.findChild<QPushButton*>(QStringLiteral("remoteAsk"))->click();
  QTest::qWait(8 * kSettleMs);
  photograph(QStringLiteral("elsewhere-address"), &dialog);
  dialog.findChild<QPushButton*>(QStringLiteral("remoteUse"))->click();
  if (!waitFor(
          "the other model", [this] { return m_application->host().isRemote(); }, kLoadMs))
    return false;
  closeDialogs();
  ChatController& chats = m_application->chats();
  chats.startNewChat();
  Q_EMIT window().sendRequested(0, QString::fromUtf8(kQuestion));
  const bool isDone = waitFor(
      "its answer", [&] { return !chats.isGenerating(); }, kReplyMs);
  QTest::qWait(2500);  // until it has said what it holds
  photograph(QStringLiteral("elsewhere"));
  action("chooseModel")->trigger();
  QTest::qWait(4 * kSettleMs);
  photograph(QStringLiteral("elsewhere-models"), &window().modelPicker());
  closeDialogs();
  server.kill();
  server.waitForFinished();
  m_application->host().load({});
  return waitFor(
             "the model", [this] { return m_application->host().isReady(); }, kLoadMs) &&
         isDone;
}

void Tour::visitTrouble() {
  Q_EMIT window().modelFileChosen(m_profiles.filePath("gone.gguf"));
  Q_EMIT window().presetSaved({QStringLiteral("Brief"), settings()});
  Q_EMIT window().presetDeleteRequested(QStringLiteral("Brief"));
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
