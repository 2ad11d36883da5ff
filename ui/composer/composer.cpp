#include "ui/composer/composer.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QStyle>
#include <QToolButton>

#include "ui/composer/message_edit.h"
#include "ui/theme/fonts.h"
#include "ui/theme/icons.h"
#include "ui/theme/window_zoom.h"

namespace zipage::ui {

namespace {

constexpr int kDraftDelayMs = 500;
constexpr int kButtonSize = 32;
constexpr int kMaxWidth = 760;

}  // namespace

Composer::Composer(QWidget* parent)
    : QWidget(parent), m_frame(new QFrame), m_edit(new MessageEdit), m_button(new QToolButton) {
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(24, 8, 24, 16);
  row->addStretch(1);
  row->addWidget(m_frame, 1000);
  row->addStretch(1);
  m_frame->setObjectName(QStringLiteral("composerFrame"));
  m_frame->setMaximumWidth(kMaxWidth);

  auto* inside = new QHBoxLayout(m_frame);
  inside->setContentsMargins(12, 8, 8, 8);
  inside->setSpacing(8);
  inside->addWidget(m_edit, 1, Qt::AlignVCenter);
  inside->addWidget(m_button, 0, Qt::AlignBottom);

  leaveToItself(*m_edit);
  m_edit->setFont(transcriptFont(font(), 1.0));
  m_edit->setPlaceholderText(tr("Write a message"));
  m_edit->setAccessibleName(tr("Message"));
  m_edit->setAccessibleDescription(tr("Enter sends, Shift and Enter start a new line."));
  m_button->setObjectName(QStringLiteral("sendButton"));
  m_button->setFixedSize(kButtonSize, kButtonSize);
  m_button->setIconSize({kLargeIcon, kLargeIcon});
  m_draftTimer.setSingleShot(true);
  m_draftTimer.setInterval(kDraftDelayMs);

  connect(m_edit, &MessageEdit::sendPressed, this, &Composer::send);
  connect(m_edit, &MessageEdit::focusChanged, this, &Composer::setActive);
  connect(m_edit, &QPlainTextEdit::textChanged, this, [this] {
    m_draftTimer.start();
    showButton();
  });
  connect(m_button, &QToolButton::clicked, this, &Composer::pressButton);
  connect(&m_draftTimer, &QTimer::timeout, this, [this] { emit draftChanged(text()); });
  setFocusProxy(m_edit);
}

/// The edit loses the focus while it is destroyed, after this.
Composer::~Composer() { m_edit->disconnect(this); }

void Composer::setTheme(const Theme& theme) {
  m_theme = theme;
  QPalette colors = m_edit->palette();
  colors.setColor(QPalette::PlaceholderText, theme.mutedText);
  m_edit->setPalette(colors);
  showButton();
}

void Composer::setZoom(double zoom) { m_edit->setFont(transcriptFont(font(), zoom)); }

QString Composer::text() const { return m_edit->toPlainText(); }

void Composer::setText(const QString& text) {
  m_edit->setPlainText(text);
  m_edit->moveCursor(QTextCursor::End);
  m_draftTimer.stop();
}

void Composer::setGenerating(bool generating) {
  m_isGenerating = generating;
  showButton();
}

void Composer::takeFocus() { m_edit->setFocus(Qt::OtherFocusReason); }

void Composer::flushDraft() {
  if (!m_draftTimer.isActive()) return;
  m_draftTimer.stop();
  emit draftChanged(text());
}

void Composer::requestStop() {
  if (m_isGenerating) emit stopRequested();
}

void Composer::pressButton() {
  if (m_isGenerating) {
    requestStop();
  } else {
    send();
  }
}

void Composer::send() {
  const QString message = text();
  if (m_isGenerating || message.trimmed().isEmpty()) return;
  setText({});
  emit sendRequested(message);
}

void Composer::showButton() {
  const bool canPress = m_isGenerating || !text().trimmed().isEmpty();
  m_button->setEnabled(canPress);
  m_button->setIcon(m_isGenerating
                        ? solidIcon(QStringLiteral("square"), m_theme.onAccent)
                        : lineIcon(QStringLiteral("arrow-up"), m_theme.onAccent, m_theme.mutedText));
  m_button->setIconSize(m_isGenerating ? QSize(kSmallIcon, kSmallIcon) : QSize(kLargeIcon, kLargeIcon));
  m_button->setAccessibleName(m_isGenerating ? tr("Stop") : tr("Send"));
  m_button->setToolTip(m_isGenerating ? tr("Stop (Esc)") : tr("Send (Enter)"));
}

void Composer::setActive(bool isActive) {
  m_frame->setProperty("active", isActive);
  m_frame->style()->unpolish(m_frame);
  m_frame->style()->polish(m_frame);
}

}  // namespace zipage::ui
