#include "ui/composer/composer.h"
#include "ui/theme/byte_text.h"

#include <QFileDialog>
#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QStyle>
#include <QToolButton>

#include "ui/composer/file_chips.h"
#include "ui/composer/message_edit.h"
#include "ui/composer/reply_options.h"
#include "ui/composer/text_file.h"
#include "ui/theme/fonts.h"
#include "ui/theme/icons.h"
#include "ui/theme/key_hints.h"
#include "ui/theme/window_zoom.h"

namespace zipage::ui {

namespace {

constexpr int kDraftDelayMs = 500;
constexpr int kCountDelayMs = 200;
constexpr int kButtonSize = 32;
constexpr int kMaxWidth = 760;

qint64 bytesOf(const QVector<AttachmentItem>& files) {
  qint64 numBytes = 0;
  for (const AttachmentItem& file : files) numBytes += file.text.toUtf8().size();
  return numBytes;
}

}  // namespace

Composer::Composer(QWidget* parent)
    : QWidget(parent),
      m_frame(new QFrame),
      m_editBar(new QWidget),
      m_chips(new FileChips),
      m_edit(new MessageEdit),
      m_attach(new QToolButton),
      m_options(new ReplyOptions),
      m_count(new QLabel),
      m_answerNow(new QPushButton(tr("Answer now"))),
      m_button(new QToolButton) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(24, 8, 24, 16);
  row->addStretch(1);
  row->addWidget(m_frame, 1000);
  row->addStretch(1);
  m_frame->setObjectName(QStringLiteral("composerFrame"));
  m_frame->setMaximumWidth(kMaxWidth);

  auto* inside = new QVBoxLayout(m_frame);
  inside->setContentsMargins(12, 8, 8, 8);
  inside->setSpacing(4);
  m_editBar->setLayout(makeEditBar());
  m_editBar->hide();
  inside->addWidget(m_editBar);
  inside->addWidget(m_chips);
  inside->addWidget(m_edit);
  inside->addLayout(makeTools());

  leaveToItself(*m_edit);
  m_edit->setFont(transcriptFont(font(), 1.0));
  m_edit->setPlaceholderText(tr("Write a message"));
  m_edit->setAccessibleName(tr("Message"));
  m_edit->setAccessibleDescription(tr("Enter sends, Shift and Enter start a new line."));
  m_draftTimer.setSingleShot(true);
  m_draftTimer.setInterval(kDraftDelayMs);
  m_countTimer.setSingleShot(true);
  m_countTimer.setInterval(kCountDelayMs);

  connect(m_edit, &MessageEdit::sendPressed, this, &Composer::send);
  connect(m_edit, &MessageEdit::upInEmptyPressed, this, &Composer::editLastRequested);
  connect(m_edit, &MessageEdit::focusChanged, this, &Composer::setActive);
  connect(m_edit, &QPlainTextEdit::textChanged, this, &Composer::onEdited);
  connect(m_chips, &FileChips::removeRequested, this, [this](int index) {
    QVector<AttachmentItem> left = files();
    left.remove(index);
    setFiles(left);
    onEdited();
  });
  connect(&m_draftTimer, &QTimer::timeout, this, [this] { Q_EMIT draftChanged(text(), files()); });
  connect(&m_countTimer, &QTimer::timeout, this, &Composer::requestTokenCount);
  setFocusProxy(m_edit);
}

/// The edit loses the focus while it is destroyed, after this.
Composer::~Composer() { m_edit->disconnect(this); }

QLayout* Composer::makeEditBar() {
  auto* row = new QHBoxLayout;
  row->setContentsMargins({});
  auto* label = new QLabel(tr("Another version of an earlier question. The first one is kept."));
  label->setProperty("tone", "muted");
  auto* cancel = new QPushButton(tr("Cancel"));
  cancel->setObjectName(QStringLiteral("cancelEdit"));
  cancel->setProperty("kind", "link");
  explain(*cancel, tr("Back to what you were writing"), "stop");
  connect(cancel, &QPushButton::clicked, this, &Composer::endEdit);
  row->addWidget(label, 1);
  row->addWidget(cancel);
  return row;
}

QLayout* Composer::makeTools() {
  m_attach->setObjectName(QStringLiteral("attachButton"));
  m_attach->setIconSize({kSmallIcon, kSmallIcon});
  m_attach->setAccessibleName(tr("Attach text files"));
  explain(*m_attach, tr("Attach text files, or drop them here"), "attachFiles");
  connect(m_attach, &QToolButton::clicked, this, &Composer::chooseFiles);
  m_count->setObjectName(QStringLiteral("tokenCount"));
  m_count->setProperty("tone", "muted");
  m_count->hide();
  m_answerNow->setObjectName(QStringLiteral("answerNowButton"));
  explain(*m_answerNow, tr("End the thinking and go on with the answer"), "answerNow");
  m_answerNow->setFocusPolicy(Qt::TabFocus);  // whoever clicks goes on writing
  m_answerNow->hide();
  connect(m_answerNow, &QPushButton::clicked, this, &Composer::answerNowRequested);
  m_button->setObjectName(QStringLiteral("sendButton"));
  m_button->setFixedSize(kButtonSize, kButtonSize);
  connect(m_button, &QToolButton::clicked, this, &Composer::pressButton);

  auto* row = new QHBoxLayout;
  row->setContentsMargins(-4, 0, 0, 0);
  row->setSpacing(4);
  row->addWidget(m_attach);
  row->addWidget(m_options);
  row->addStretch(1);
  row->addWidget(m_count);
  row->addSpacing(4);
  row->addWidget(m_answerNow);
  row->addWidget(m_button);
  return row;
}

void Composer::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colors = m_edit->palette();
  colors.setColor(QPalette::PlaceholderText, theme.mutedText);
  m_edit->setPalette(colors);
  m_attach->setIcon(lineIcon(QStringLiteral("paperclip"), theme.mutedText));
  m_chips->setTheme(theme);
  m_options->setTheme(theme);
  showButton();
}

void Composer::setZoom(double zoom) { m_edit->setFont(transcriptFont(font(), zoom)); }

QString Composer::text() const { return m_edit->toPlainText(); }

const QVector<AttachmentItem>& Composer::files() const { return m_chips->files(); }

void Composer::setFiles(const QVector<AttachmentItem>& files) {
  m_chips->setFiles(files);
  showButton();
}

void Composer::setDraft(const QString& text, const QVector<AttachmentItem>& files) {
  m_editedMessage = 0;
  m_editBar->hide();
  m_edit->setPlainText(text);
  m_edit->moveCursor(QTextCursor::End);
  setFiles(files);
  m_draftTimer.stop();
}

void Composer::beginEdit(qint64 messageId, const QString& text, const QVector<AttachmentItem>& files) {
  flushDraft();
  const bool wasEditing = isEditing();
  const QString draftText = wasEditing ? m_draftText : this->text();
  const QVector<AttachmentItem> draftFiles = wasEditing ? m_draftFiles : this->files();
  setDraft(text, files);
  m_draftText = draftText;
  m_draftFiles = draftFiles;
  m_editedMessage = messageId;
  m_editBar->show();
  takeFocus();
}

std::optional<BegunEdit> Composer::begunEdit() const {
  if (!isEditing()) return std::nullopt;
  return BegunEdit{m_editedMessage, text(), files(), m_draftText.isEmpty() && m_draftFiles.isEmpty()};
}

void Composer::endEdit() {
  setDraft(m_draftText, m_draftFiles);
  takeFocus();
}

void Composer::onEdited() {
  if (!isEditing()) m_draftTimer.start();
  m_countTimer.start();
  showButton();
}

void Composer::attachFiles(const QStringList& paths) {
  QVector<AttachmentItem> all = files();
  QStringList problems;
  for (const QString& path : paths) {
    TextFile file = readTextFile(path);
    if (file.problem.isEmpty() && all.size() >= kMostFiles)
      file.problem =
          tr("“%1” was not attached: a message takes %2 files.").arg(file.item.name).arg(kMostFiles);
    if (file.problem.isEmpty() && bytesOf(all) + file.item.text.toUtf8().size() > kMostFilesBytes) {
      file.problem = tr("“%1” was not attached: the files of a message may have %2 together.")
                         .arg(file.item.name, bytesText(kMostFilesBytes));
    }
    if (file.problem.isEmpty())
      all.append(file.item);
    else
      problems << file.problem;
  }
  setFiles(all);
  onEdited();
  if (!problems.isEmpty()) Q_EMIT problemFound(problems.join(QLatin1Char('\n')));
}

void Composer::chooseFiles() {
  auto* dialog = new QFileDialog(window(), tr("Attach text files"));
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->setFileMode(QFileDialog::ExistingFiles);
  connect(dialog, &QFileDialog::filesSelected, this, &Composer::attachFiles);
  dialog->open();
}

void Composer::setGenerating(bool generating, bool isThinking) {
  m_isGenerating = generating;
  const bool isOffered = generating && isThinking;
  if (!isOffered && m_answerNow->hasFocus()) takeFocus();  // or it would go to some other part of the window
  m_answerNow->setVisible(isOffered);
  showButton();
}

void Composer::requestTokenCount() {
  QString counted;
  for (const AttachmentItem& file : files()) counted += file.text + QLatin1Char('\n');
  counted += text();
  if (counted.isEmpty()) return setTokenCount(0);
  Q_EMIT tokenCountRequested(counted);
}

void Composer::setTokenCount(int numTokens) {
  const bool isEmpty = text().isEmpty() && files().isEmpty();
  m_count->setVisible(numTokens > 0 && !isEmpty);
  m_count->setText(numTokens == 1 ? tr("1 token") : tr("%1 tokens").arg(QLocale().toString(numTokens)));
}

void Composer::takeFocus() { m_edit->setFocus(Qt::OtherFocusReason); }

void Composer::flushDraft() {
  if (!m_draftTimer.isActive()) return;
  m_draftTimer.stop();
  Q_EMIT draftChanged(text(), files());
}

void Composer::escape() {
  if (isEditing())
    endEdit();
  else if (m_isGenerating)
    Q_EMIT stopRequested();
}

void Composer::pressButton() {
  if (m_isGenerating)
    Q_EMIT stopRequested();
  else
    send();
}

void Composer::send() {
  const QString message = text();
  const QVector<AttachmentItem> sent = files();
  if (m_isGenerating || (message.trimmed().isEmpty() && sent.isEmpty())) return;
  const qint64 edited = m_editedMessage;
  if (edited != 0)
    endEdit();
  else
    setDraft({});
  m_count->hide();
  if (edited != 0)
    Q_EMIT resendRequested(edited, message, sent);
  else
    Q_EMIT sendRequested(message, sent);
}

void Composer::showButton() {
  const bool hasMessage = !text().trimmed().isEmpty() || !files().isEmpty();
  m_button->setEnabled(m_isGenerating || hasMessage);
  m_button->setIcon(m_isGenerating
                        ? solidIcon(QStringLiteral("square"), m_theme.onAccent)
                        : lineIcon(QStringLiteral("arrow-up"), m_theme.onAccent, m_theme.mutedText));
  m_button->setIconSize(m_isGenerating ? QSize(kSmallIcon, kSmallIcon) : QSize(kLargeIcon, kLargeIcon));
  m_button->setAccessibleName(m_isGenerating ? tr("Stop") : tr("Send"));
  if (m_isGenerating)
    explain(*m_button, tr("Stop"), "stop");
  else
    explain(*m_button, tr("Send (Enter)"), "");
}

void Composer::setActive(bool isActive) {
  m_frame->setProperty("active", isActive);
  m_frame->style()->unpolish(m_frame);
  m_frame->style()->polish(m_frame);
}

}  // namespace zipage::ui
