// Composer, versions, files: what the window does about chats and their messages.
#include <QAction>
#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QMimeData>

#include "ui/chats/trash_dialog.h"
#include "ui/composer/composer.h"
#include "ui/composer/reply_options.h"
#include "ui/generation/generation_panel.h"
#include "ui/main_window_parts.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/message_bar.h"

namespace zipage::ui {

namespace {

QStringList droppedFiles(const QMimeData& data) {
  QStringList paths;
  for (const QUrl& url : data.urls()) {
    if (url.isLocalFile()) paths << url.toLocalFile();
  }
  return paths;
}

/// A .gguf file or a Hugging Face folder; else nothing.
QString droppedModel(const QMimeData& data) {
  const QList<QUrl> urls = data.urls();
  if (urls.size() != 1 || !urls.constFirst().isLocalFile()) return {};
  const QString path = urls.constFirst().toLocalFile();
  const bool isFolder = QFileInfo::exists(QDir(path).filePath(QStringLiteral("config.json")));
  return isFolder || path.endsWith(QStringLiteral(".gguf"), Qt::CaseInsensitive) ? path : QString();
}

}  // namespace

void MainWindow::connectMessageActions() {
  const WindowActions& actions = m_parts->actions;
  Conversation* conversation = m_parts->conversation;
  const auto command = [this](QAction* action, MessageCommand wanted) {
    connect(action, &QAction::triggered, this,
            [this, wanted] { Q_EMIT messageCommanded(currentChat(), 0, wanted); });
  };
  command(actions.answerNow, MessageCommand::AnswerNow);
  command(actions.regenerate, MessageCommand::Regenerate);
  command(actions.continueReply, MessageCommand::Continue);
  connect(actions.editLast, &QAction::triggered, conversation, &Conversation::editLast);
  connect(actions.previousVersion, &QAction::triggered, conversation,
          [conversation] { conversation->stepVersion(MessageCommand::PreviousVersion); });
  connect(actions.nextVersion, &QAction::triggered, conversation,
          [conversation] { conversation->stepVersion(MessageCommand::NextVersion); });
  connect(actions.attachFiles, &QAction::triggered, &conversation->composer(), &Composer::chooseFiles);
  connect(actions.undoDelete, &QAction::triggered, this, [this] {
    m_parts->conversation->notice().hide();  // it offered the same
    Q_EMIT noticeActionRequested({});
  });
  connect(actions.showTrash, &QAction::triggered, this, &MainWindow::showTrash);
  connect(actions.importChats, &QAction::triggered, this, &MainWindow::chooseImport);
  connect(actions.exportChats, &QAction::triggered, this,
          [this] { chooseExport({}, tr("chats"), ExportFormat::Json); });
  connect(actions.searchChats, &QAction::triggered, this, [this] {
    m_parts->actions.showChats->setChecked(true);
    m_parts->chats->focusSearch();
  });
}

void MainWindow::connectComposer() {
  Composer& composer = m_parts->conversation->composer();
  connect(&composer, &Composer::sendRequested, this, &MainWindow::send);
  connect(&composer, &Composer::resendRequested, this,
          [this](qint64 messageId, const QString& text, const QVector<AttachmentItem>& files) {
            m_parts->inspector->generation().flush();
            Q_EMIT resendRequested(currentChat(), messageId, text, files);
          });
  connect(&composer, &Composer::stopRequested, this, [this] { Q_EMIT stopRequested(currentChat()); });
  connect(&composer, &Composer::answerNowRequested, this,
          [this] { Q_EMIT messageCommanded(currentChat(), 0, MessageCommand::AnswerNow); });
  connect(&composer, &Composer::draftChanged, this,
          [this](const QString& text, const QVector<AttachmentItem>& files) {
            Q_EMIT draftChanged(currentChat(), text, files);
          });
  connect(&composer, &Composer::tokenCountRequested, this, &MainWindow::tokenCountRequested);
  connect(&composer.options(), &ReplyOptions::chosen, this, [this] {
    GenerationSettings settings = m_parts->inspector->generation().settings();
    m_parts->conversation->composer().options().applyTo(settings);
    m_parts->inspector->generation().setSettings(settings);
    Q_EMIT settingsChanged(currentChat(), settings);
  });
}

/// What was changed in the panel; it does not know what is chosen beside the composer.
void MainWindow::changeSettings(GenerationSettings settings) {
  ReplyOptions& options = m_parts->conversation->composer().options();
  const bool thinks = settings.thinking;
  options.applyTo(settings);
  settings.thinking = thinks;
  options.setSettings(settings);
  Q_EMIT settingsChanged(currentChat(), settings);
}

void MainWindow::revealHit(qint64 chatId, qint64 messageId, const QString& words) {
  leaveChat();
  Q_EMIT hitChosen(chatId, messageId);
  m_parts->conversation->transcript().showWords(messageId, words);
}

void MainWindow::chooseExport(const QVector<qint64>& chatIds, const QString& name, ExportFormat format) {
  const bool isJson = format == ExportFormat::Json;
  const QString suffix = isJson ? QStringLiteral("json") : QStringLiteral("md");
  auto* dialog = new QFileDialog(this, tr("Export"), QString(), QStringLiteral("*.") + suffix);
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setAcceptMode(QFileDialog::AcceptSave);
  dialog->setDefaultSuffix(suffix);
  dialog->selectFile(QString(name).replace(QLatin1Char('/'), QLatin1Char('-')) + QLatin1Char('.') + suffix);
  connect(dialog, &QFileDialog::fileSelected, this,
          [this, chatIds, format](const QString& path) { Q_EMIT exportRequested(chatIds, path, format); });
  dialog->open();
}

void MainWindow::chooseImport() {
  auto* dialog = new QFileDialog(this, tr("Import chats"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFile);
  dialog->setNameFilters({tr("Exported chats (*.json)"), tr("All files (*)")});
  connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::importRequested);
  dialog->open();
}

void MainWindow::showTrash() {
  auto* dialog = findChild<TrashDialog*>();
  if (dialog == nullptr) {
    dialog = new TrashDialog(this);
    connect(dialog, &TrashDialog::restoreRequested, this, &MainWindow::restoreRequested);
    connect(dialog, &TrashDialog::emptyRequested, this, &MainWindow::emptyTrashRequested);
  }
  Q_EMIT trashRequested();
  showWindow(dialog);
}

void MainWindow::setTrash(const QVector<TrashItem>& chats) {
  if (auto* dialog = findChild<TrashDialog*>(); dialog != nullptr) dialog->setChats(chats);
}

void MainWindow::setSearchHits(const QString& query, const QVector<ChatHit>& hits) {
  m_parts->chats->setSearchHits(query, hits);
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
  if (!droppedFiles(*event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
  const QString path = droppedModel(*event->mimeData());
  if (!path.isEmpty())
    Q_EMIT modelFileChosen(path);
  else
    m_parts->conversation->composer().attachFiles(droppedFiles(*event->mimeData()));
}

}  // namespace zipage::ui
