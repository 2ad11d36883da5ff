#include "ui/composer/composer.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QSignalBlocker>
#include <QStyle>
#include <QToolButton>

#include "ui/composer/message_edit.h"
#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kDraftDelayMs = 500;
constexpr int kWidest = 760;
constexpr int kButtonSide = 36;

}  // namespace

Composer::Composer(QWidget* parent)
    : QWidget(parent), m_edit(new MessageEdit), m_frame(new QFrame), m_button(new QToolButton) {
  setObjectName(QStringLiteral("composer"));
  m_frame->setObjectName(QStringLiteral("composerFrame"));
  m_frame->setMaximumWidth(kWidest);
  m_button->setObjectName(QStringLiteral("sendButton"));
  m_button->setFixedSize(kButtonSide, kButtonSide);
  m_button->setIconSize({kLargeIcon, kLargeIcon});

  auto* row = new QHBoxLayout(m_frame);
  row->setContentsMargins(12, 8, 8, 8);
  row->setSpacing(8);
  row->addWidget(m_edit, 1, Qt::AlignVCenter);
  row->addWidget(m_button, 0, Qt::AlignBottom);
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(24, 8, 24, 16);
  layout->addStretch(1);
  layout->addWidget(m_frame, 1000);
  layout->addStretch(1);

  m_draftTimer.setSingleShot(true);
  m_draftTimer.setInterval(kDraftDelayMs);
  connect(&m_draftTimer, &QTimer::timeout, this, [this] { emit draftChanged(text()); });
  connect(m_edit, &MessageEdit::sendRequested, this, &Composer::send);
  connect(m_edit, &MessageEdit::focusChanged, this, &Composer::showFocus);
  connect(m_edit, &QPlainTextEdit::textChanged, this, &Composer::onTextChanged);
  connect(m_button, &QToolButton::clicked, this, &Composer::press);
  setFocusProxy(m_edit);
  showButton();
}

void Composer::setTheme(const Theme& theme) {
  m_theme = theme;
  showButton();
}

void Composer::setText(const QString& text) {
  const QSignalBlocker blocker(m_edit);
  m_edit->setPlainText(text);
  m_edit->moveCursor(QTextCursor::End);
  m_draftTimer.stop();
  showButton();
}

QString Composer::text() const { return m_edit->toPlainText(); }

void Composer::setTextFont(const QFont& font) { m_edit->setFont(font); }

void Composer::focusText() { m_edit->setFocus(Qt::OtherFocusReason); }

void Composer::setGenerating(bool isGenerating) {
  m_isGenerating = isGenerating;
  showButton();
}

void Composer::commitDraft() {
  if (!m_draftTimer.isActive()) return;
  m_draftTimer.stop();
  emit draftChanged(text());
}

void Composer::onTextChanged() {
  m_draftTimer.start();
  showButton();
}

void Composer::press() {
  if (m_isGenerating)
    emit stopRequested();
  else
    send();
}

void Composer::send() {
  const QString question = text().trimmed();
  if (m_isGenerating || question.isEmpty()) return;
  setText({});
  emit sendRequested(question);
}

void Composer::showButton() {
  const bool hasText = !text().trimmed().isEmpty();
  m_button->setEnabled(m_isGenerating || hasText);
  m_button->setIcon(lineIcon(m_isGenerating ? QStringLiteral("square") : QStringLiteral("arrow-up"),
                             m_theme.onAccent, m_theme.mutedText));
  m_button->setAccessibleName(m_isGenerating ? tr("Stop") : tr("Send"));
  m_button->setToolTip(m_isGenerating ? tr("Stop (Esc)") : tr("Send (Enter); Shift+Enter starts a new line"));
}

void Composer::showFocus(bool hasFocus) {
  m_frame->setProperty("active", hasFocus);
  m_frame->style()->unpolish(m_frame);
  m_frame->style()->polish(m_frame);
}

}  // namespace zipage::ui
