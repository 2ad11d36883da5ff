#include "ui/transcript/message_buttons.h"

#include <QCoreApplication>
#include <QPainter>

#include "ui/theme/icons.h"
#include "ui/theme/key_hints.h"

namespace zipage::ui {

namespace {

struct ButtonWords {
  Q_DECLARE_TR_FUNCTIONS(ButtonWords)
};

QString iconOf(MessageButton button) {
  switch (button) {
    case MessageButton::PreviousVersion:
      return QStringLiteral("chevron-left");
    case MessageButton::NextVersion:
      return QStringLiteral("chevron-right");
    case MessageButton::Edit:
      return QStringLiteral("pencil");
    case MessageButton::Continue:
      return QStringLiteral("play");
    case MessageButton::Regenerate:
      return QStringLiteral("refresh-cw");
    case MessageButton::Copy:
      return QStringLiteral("copy");
    case MessageButton::More:
      return QStringLiteral("ellipsis");
  }
  return {};
}

/// What a message can be asked for at the right end, from left to right.
QVector<MessageButton> buttonsOf(const MessageItem& message) {
  if (message.role == Role::User) return {MessageButton::Edit, MessageButton::Copy, MessageButton::More};
  if (isRunning(message.state)) return {};
  const bool brokeOff = message.state == ReplyState::Stopped || message.state == ReplyState::Interrupted ||
                        (message.state == ReplyState::Complete && !message.error.isEmpty());
  if (brokeOff)
    return {MessageButton::Continue, MessageButton::Regenerate, MessageButton::Copy, MessageButton::More};
  return {MessageButton::Regenerate, MessageButton::Copy, MessageButton::More};
}

}  // namespace

QString buttonText(MessageButton button) {
  switch (button) {
    case MessageButton::PreviousVersion:
      return withKeyHint(ButtonWords::tr("Previous version"), "previousVersion");
    case MessageButton::NextVersion:
      return withKeyHint(ButtonWords::tr("Next version"), "nextVersion");
    case MessageButton::Edit:
      return ButtonWords::tr("Edit and send as another version");
    case MessageButton::Continue:
      return withKeyHint(ButtonWords::tr("Go on with this reply"), "continueReply");
    case MessageButton::Regenerate:
      return withKeyHint(ButtonWords::tr("Another version"), "regenerate");
    case MessageButton::Copy:
      return ButtonWords::tr("Copy as Markdown");
    case MessageButton::More:
      return ButtonWords::tr("More");
  }
  return {};
}

QString MessageButtons::versionText(const MessageItem& message) {
  if (message.numVersions < 2) return {};
  return QStringLiteral("%1 / %2").arg(message.version).arg(message.numVersions);
}

bool MessageButtons::isArrow(MessageButton button) const {
  return button == MessageButton::PreviousVersion || button == MessageButton::NextVersion;
}

void MessageButtons::arrange(const MessageItem& message, double top, double width, double versionTextWidth,
                             double zoom) {
  const double size = sizeAt(zoom);
  m_zoom = zoom;
  m_places.clear();
  m_versionText = versionText(message);
  m_left = 0.0;
  m_right = width;
  const QVector<MessageButton> buttons = buttonsOf(message);
  for (auto button = buttons.rbegin(); button != buttons.rend(); ++button) {
    m_right -= size;
    m_places.append({*button, {m_right, top, size, size}});
  }
  if (m_versionText.isEmpty()) return;
  const double arrowsWidth = 2.0 * size + versionTextWidth;
  const bool isQuestion = message.role == Role::User;
  const double start = isQuestion ? m_right - arrowsWidth - 8.0 : -6.0;
  m_places.append({MessageButton::PreviousVersion, {start, top, size, size}, message.version > 1});
  m_versionRect = {start + size, top, versionTextWidth, size};
  m_places.append({MessageButton::NextVersion,
                   {m_versionRect.right(), top, size, size},
                   message.version < message.numVersions});
  (isQuestion ? m_right : m_left) = isQuestion ? start : m_versionRect.right() + size + 8.0;
}

void MessageButtons::paint(QPainter& painter, const Theme& theme, const std::optional<QPointF>& pointer,
                           bool showsAll) const {
  painter.setRenderHint(QPainter::Antialiasing);
  for (const Place& place : m_places) {
    if (!showsAll && !isArrow(place.button)) continue;
    if (pointer && place.isEnabled && place.rect.contains(*pointer)) {
      painter.setPen(Qt::NoPen);
      painter.setBrush(theme.hover);
      painter.drawRoundedRect(place.rect, 6.0, 6.0);
    }
    const QPoint center = place.rect.center().toPoint();
    const int size = static_cast<int>(std::round(kSmallIcon * m_zoom));
    const QColor color = place.isEnabled ? theme.mutedText : theme.hairline;
    lineIcon(iconOf(place.button), color)
        .paint(&painter, QRect(center.x() - size / 2, center.y() - size / 2, size, size));
  }
  if (m_versionText.isEmpty()) return;
  painter.setPen(theme.mutedText);
  painter.drawText(m_versionRect, Qt::AlignCenter, m_versionText);
}

std::optional<MessageButton> MessageButtons::at(const QPointF& point) const {
  for (const Place& place : m_places) {
    if (place.isEnabled && place.rect.contains(point)) return place.button;
  }
  return std::nullopt;
}

}  // namespace zipage::ui
