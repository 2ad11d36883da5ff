#include "ui/window/conversation.h"

#include <QDesktopServices>
#include <QEvent>
#include <QLabel>
#include <QStackedWidget>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/composer/composer.h"
#include "ui/theme/icons.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/empty_state.h"
#include "ui/window/file_dialog.h"
#include "ui/window/find_bar.h"
#include "ui/window/message_bar.h"

namespace zipage::ui {

namespace {

constexpr int kJumpSize = 32;
constexpr int kBarWidth = 760;

constexpr QMargins kBarMargins(24, 8, 24, 0);

/// Links in messages come from anywhere; what they may start is the browser or the mail program, nothing
/// else.
bool isOpenable(const QUrl& url) {
  return url.isValid() && QStringList{"http", "https", "mailto"}.contains(url.scheme().toLower());
}

}  // namespace

Conversation::Conversation(QWidget* parent)
    : QWidget(parent),
      m_transcript(new TranscriptView(m_messages)),
      m_empty(new EmptyState),
      m_stack(new QStackedWidget),
      m_find(new FindBar),
      m_problem(new MessageBar(MessageBar::Kind::Problem)),
      m_notice(new MessageBar(MessageBar::Kind::Notice, this)),
      m_composer(new Composer),
      m_jump(new QToolButton(this)),
      m_link(new QLabel(this)) {
  setObjectName(QStringLiteral("conversation"));
  setAttribute(Qt::WA_StyledBackground);
  m_stack->addWidget(m_empty);
  m_stack->addWidget(m_transcript);
  m_stack->installEventFilter(this);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(0);
  layout->addLayout(rowFor(m_problem));
  layout->addLayout(rowFor(m_find));
  layout->addWidget(m_stack, 1);
  layout->addWidget(m_composer);
  m_notice->installEventFilter(this);  // it lies over the messages, which stay where they are
  makeJumpButton();
  connectFindBar();
  m_link->setObjectName(QStringLiteral("linkTarget"));
  m_link->setTextFormat(Qt::PlainText);
  m_link->hide();

  connect(&m_messages, &QAbstractItemModel::modelReset, this, &Conversation::showMessages);
  connect(&m_messages, &QAbstractItemModel::rowsInserted, this, &Conversation::showMessages);
  connect(&m_messages, &QAbstractItemModel::rowsRemoved, this, &Conversation::showMessages);
  connect(&m_messages, &QAbstractItemModel::dataChanged, this, &Conversation::showMessages);
  connect(m_transcript, &TranscriptView::linkHovered, this, &Conversation::showLink);
  connect(m_transcript, &TranscriptView::linkActivated, this, &Conversation::openLink);
  connect(m_transcript, &TranscriptView::commanded, this, &Conversation::messageCommanded);
  connect(m_transcript, &TranscriptView::editRequested, this, &Conversation::edit);
  connect(m_transcript, &TranscriptView::fileActivated, this, &Conversation::showFile);
  connect(m_composer, &Composer::editLastRequested, this, &Conversation::editLast);
  connect(m_composer, &Composer::problemFound, m_problem,
          [this](const QString& text) { m_problem->showMessage(text); });
  connect(m_transcript, &TranscriptView::copied, this, [this] { m_notice->showMessage(tr("Copied.")); });
}

QLayout* Conversation::rowFor(QWidget* bar) {
  auto* row = new QHBoxLayout;
  row->setContentsMargins({});
  bar->setMaximumWidth(kBarWidth);
  row->addStretch(0);
  row->addWidget(bar, 1);
  row->addStretch(0);
  bar->installEventFilter(this);
  m_barRows.insert(bar, row);
  return row;
}

void Conversation::makeJumpButton() {
  m_jump->setObjectName(QStringLiteral("jumpButton"));
  m_jump->setFixedSize(kJumpSize, kJumpSize);
  m_jump->setIconSize({kSmallIcon, kSmallIcon});
  m_jump->setToolTip(tr("To the latest"));
  m_jump->setAccessibleName(tr("To the latest"));
  m_jump->hide();
  connect(m_jump, &QToolButton::clicked, m_transcript, &TranscriptView::followTail);
  connect(m_transcript, &TranscriptView::followingChanged, this, [this](bool isFollowing) {
    m_jump->setVisible(!isFollowing);
    placeOverlays();
  });
}

void Conversation::connectFindBar() {
  connect(m_find, &FindBar::wordsEdited, this,
          [this](const QString& words) { m_find->showFound(m_transcript->findWords(words, false, true)); });
  connect(m_find, &FindBar::findRequested, this, [this](const QString& words, bool backward) {
    m_find->showFound(m_transcript->findWords(words, backward));
  });
  connect(m_find, &FindBar::closed, this, [this] { m_transcript->setFocus(Qt::OtherFocusReason); });
}

void Conversation::setTheme(const Theme& theme) {
  m_transcript->setTheme(theme);
  m_empty->setTheme(theme);
  m_find->setTheme(theme);
  m_composer->setTheme(theme);
  m_notice->setTheme(theme);
  m_problem->setTheme(theme);
  m_jump->setIcon(lineIcon(QStringLiteral("arrow-down"), theme.text));
}

void Conversation::setZoom(double zoom) {
  m_transcript->setZoom(zoom);
  m_composer->setZoom(zoom);
}

void Conversation::showMessages() {
  const bool isEmpty = m_messages.rowCount() == 0;
  m_stack->setCurrentWidget(isEmpty ? static_cast<QWidget*>(m_empty) : m_transcript);
  const MessageItem* running = m_messages.running();
  const bool isThinking = running != nullptr && running->state == ReplyState::Thinking;
  m_composer->setGenerating(running != nullptr, isThinking);
  if (isEmpty) m_jump->hide();
}

bool Conversation::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_stack && (event->type() == QEvent::Resize || event->type() == QEvent::Move)) {
    placeOverlays();
  }
  if (watched == m_notice && (event->type() == QEvent::Show || event->type() == QEvent::Hide ||
                              event->type() == QEvent::LayoutRequest))
    placeOverlays();
  // A row without its bar takes no room.
  if (QLayout* row = m_barRows.value(watched); row != nullptr) {
    if (event->type() == QEvent::ShowToParent) row->setContentsMargins(kBarMargins);
    if (event->type() == QEvent::HideToParent) row->setContentsMargins({});
  }
  return QWidget::eventFilter(watched, event);
}

void Conversation::placeOverlays() {
  QRect area = m_stack->geometry();
  if (!m_notice->isHidden()) {
    const int width = std::min(kBarWidth, area.width() - 2 * kBarMargins.left());
    const int height =
        m_notice->hasHeightForWidth() ? m_notice->heightForWidth(width) : m_notice->sizeHint().height();
    m_notice->setGeometry(area.center().x() - width / 2, area.bottom() - height - 4, width, height);
    m_notice->raise();
    area.setBottom(m_notice->y() - 4);
  }
  m_jump->move(area.center().x() - kJumpSize / 2, area.bottom() - kJumpSize - 8);
  m_jump->raise();
  m_link->adjustSize();
  m_link->resize(std::min(m_link->width(), width() - 16), m_link->height());
  m_link->move(8, area.bottom() - m_link->height() - 4);
  m_link->raise();
}

void Conversation::edit(qint64 messageId) {
  const int row = m_messages.rowOf(messageId);
  if (row < 0 || m_messages.at(row).role != Role::User) return;
  m_composer->beginEdit(messageId, m_messages.at(row).text, m_messages.at(row).attachments);
}

void Conversation::editLast() {
  for (int row = m_messages.rowCount() - 1; row >= 0; --row) {
    if (m_messages.at(row).role == Role::User) return edit(m_messages.at(row).id);
  }
}

void Conversation::stepVersion(MessageCommand command) {
  const qint64 messageId = m_transcript->messageWithVersions();
  if (messageId != 0) Q_EMIT messageCommanded(messageId, command);
}

void Conversation::showFile(const AttachmentItem& file) {
  auto* dialog = new FileDialog(file, window());
  dialog->setAttribute(Qt::WA_DeleteOnClose);
  dialog->show();
}

void Conversation::showLink(const QString& url) {
  m_link->setText(url.left(300));
  m_link->setVisible(!url.isEmpty());
  placeOverlays();
}

void Conversation::openLink(const QString& url) {
  const QUrl target(url, QUrl::StrictMode);
  if (isOpenable(target))
    QDesktopServices::openUrl(target);
  else
    m_notice->showMessage(tr("Only web and mail links are opened. This one leads to: %1").arg(url.left(300)));
}

}  // namespace zipage::ui
