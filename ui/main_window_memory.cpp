// What the window has to do with the memory views: which chat they are about, words in the transcript.
#include <QAction>
#include <QDate>
#include <QFileDialog>

#include "ui/generation/generation_panel.h"
#include "ui/main_window_parts.h"
#include "ui/memory/eviction_panel.h"
#include "ui/memory/forecast.h"
#include "ui/transcript/transcript_view.h"

namespace zipage::ui {

void MainWindow::connectMemory() {
  Parts& parts = *m_parts;
  TranscriptView& transcript = parts.conversation->transcript();
  connect(parts.actions.showTimeline, &QAction::triggered, this, [this] {
    m_parts->wantsInspector = true;
    m_parts->inspector->showTimeline();
  });
  connect(parts.actions.showEvictions, &QAction::triggered, this, [this] {
    m_parts->wantsInspector = true;
    m_parts->inspector->showEvictions();
  });
  connect(parts.actions.showShades, &QAction::toggled, this, [this](bool shown) {
    m_parts->chatMemory.setShown(shown);
    m_parts->inspector->evictions().setShadesShown(shown);
    showShades();
    if (shown) showNotice(m_parts->chatMemory.summary());
  });
  connect(&parts.inspector->evictions(), &EvictionPanel::shadesWanted, parts.actions.showShades,
          &QAction::trigger);
  connect(parts.actions.comparePolicies, &QAction::triggered, this, &MainWindow::openComparison);
  connect(parts.actions.saveTrace, &QAction::triggered, this, [this] { chooseTrace(true); });
  connect(parts.actions.openTrace, &QAction::triggered, this, [this] { chooseTrace(false); });
  parts.actions.closeTrace->setEnabled(false);
  connect(parts.actions.closeTrace, &QAction::triggered, &parts.memory, &MemoryModel::close);
  connect(&parts.memory, &MemoryModel::openedChanged, parts.actions.closeTrace, &QAction::setEnabled);
  connect(&parts.chatMemory, &ChatMemory::shadesChanged, this, &MainWindow::showShades);
  connect(
      &transcript, &TranscriptView::wordChosen, this,
      [this](qint64 message, bool isReasoning, int from, int to) {
        if (!m_parts->chatMemory.chooseWord(message, isReasoning, from, to))
          return m_parts->status->showNews(tr("The model never read this word, or nobody knows any more."));
        m_parts->inspector->showEvictions();
      });
  connect(&transcript, &TranscriptView::evictionsRequested, this, [this](qint64 reply) {
    if (!m_parts->chatMemory.chooseReply(reply))
      return m_parts->status->showNews(tr("What was evicted then is not known any more."));
    m_parts->actions.showEvictions->trigger();
  });
  connect(&transcript, &TranscriptView::keepRequested, this, &MainWindow::pinSelection);
  connect(&transcript, &TranscriptView::letGoRequested, this, [this] {
    if (m_parts->pins.remove(currentChat()) == 0) return;
    showPins();
    sendPins(m_parts->chatMemory.latestRequest());
  });
  connect(&parts.memory, &MemoryModel::writerNoted, this, &MainWindow::pinFor);
  connect(&parts.memory.cursor(), &MemoryCursor::chosen, this, [this] {
    const auto spot = m_parts->chatMemory.chosenSpot();
    if (!m_parts->chatMemory.isShown() || !spot) return;
    const MessagePart part = spot->isReasoning ? MessagePart::Reasoning : MessagePart::Text;
    m_parts->conversation->transcript().showPlace(spot->messageId, part, spot->from);
  });
}

CompareDialog& MainWindow::compareDialog() { return *m_parts->compare; }

/// About the last question of the chat that is shown.
void MainWindow::openComparison() {
  Parts& parts = *m_parts;
  const TranscriptModel& messages = parts.conversation->messages();
  QString question;
  for (int row = messages.rowCount() - 1; row >= 0 && question.isEmpty(); --row) {
    if (messages.at(row).role == Role::User) question = messages.at(row).text;
  }
  parts.compare->setQuestion(question, parts.inspector->generation().settings());
  showWindow(parts.compare);
}

/// The engine takes all pins of a request at once, so what was pinned before goes along.
void MainWindow::pinSelection() {
  const auto range = m_parts->conversation->transcript().selectedRange();
  const RequestId request = m_parts->chatMemory.latestRequest();
  if (!range || !request) return showNotice(tr("Select words of one message that the model has read."));
  m_parts->pins[currentChat()].append(*range);
  showPins();
  showNotice(pinCostText(m_parts->snapshot.get(), request,
                         static_cast<qint64>(m_parts->chatMemory.keptTokens().size())));
  sendPins(request);
}

/// Marks what the chat that is shown keeps.
void MainWindow::showPins() {
  std::vector<ChatMemory::Stretch> kept;
  for (const auto& range : m_parts->pins.value(currentChat()))
    kept.push_back({range.messageId, range.isReasoning, range.from, range.to});
  m_parts->conversation->transcript().setKeepsSomething(!kept.empty());
  m_parts->chatMemory.setKept(std::move(kept));
}

/// Whoever is not at work any more is not told: the next reply of the chat will be.
void MainWindow::sendPins(RequestId request) {
  const TranscriptModel& messages = m_parts->conversation->messages();
  if (messages.rowCount() > 0 && isRunning(messages.at(messages.rowCount() - 1).state))
    Q_EMIT pinsRequested(request, m_parts->chatMemory.keptTokens());
}

/// What a chat keeps, it keeps in its next replies too.
void MainWindow::pinFor(qint64 message) {
  const RequestId request = m_parts->memory.writerOf(message);
  const SequenceTrail* trail = m_parts->memory.liveHistory().trail(request);
  const OwnerId chat{static_cast<std::uint64_t>(currentChat())};
  if (trail != nullptr && trail->owner == chat && m_parts->pins.contains(currentChat()))
    Q_EMIT pinsRequested(request, m_parts->chatMemory.keptTokens());
}

void MainWindow::chooseTrace(bool saves) {
  auto* dialog = new QFileDialog(this, saves ? tr("Save a trace of the memory") : tr("Open a trace"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(saves ? QFileDialog::AcceptSave : QFileDialog::AcceptOpen);
  dialog->setFileMode(saves ? QFileDialog::AnyFile : QFileDialog::ExistingFile);
  dialog->setDefaultSuffix(QStringLiteral("ziptrace"));
  if (saves)
    dialog->selectFile(QStringLiteral("memory-%1.ziptrace").arg(QDate::currentDate().toString(Qt::ISODate)));
  dialog->setNameFilters({tr("Traces (*.ziptrace)"), tr("All files (*)")});
  connect(dialog, &QFileDialog::fileSelected, this,
          saves ? &MainWindow::traceSaveRequested : &MainWindow::traceOpenRequested);
  dialog->open();
}

void MainWindow::showShades() {
  const ChatMemory& memory = m_parts->chatMemory;
  m_parts->conversation->transcript().setShades(memory.shades(), memory.isShown());
}

}  // namespace zipage::ui
