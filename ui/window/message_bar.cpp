#include "ui/window/message_bar.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <algorithm>

#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kNoticeMs = 6000;
constexpr int kNoticeWithActionMs = 12000;
constexpr int kMsPerCharacter = 80;  // read without haste

}  // namespace

MessageBar::MessageBar(Kind kind, QWidget* parent)
    : QFrame(parent),
      m_kind(kind),
      m_icon(new QLabel),
      m_text(new QLabel),
      m_action(new QPushButton),
      m_close(new QToolButton) {
  setObjectName(kind == Kind::Problem ? QStringLiteral("problemBar") : QStringLiteral("noticeBar"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(12, 6, 6, 6);
  row->setSpacing(8);
  row->addWidget(m_icon);
  row->addWidget(m_text, 1);
  row->addWidget(m_action);
  row->addWidget(m_close);
  m_text->setTextFormat(Qt::PlainText);
  m_text->setWordWrap(true);
  m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
  m_action->setProperty("kind", "link");
  m_close->setIconSize({kSmallIcon, kSmallIcon});
  m_close->setAccessibleName(tr("Close"));
  m_close->setToolTip(tr("Close"));
  m_hide.setSingleShot(true);
  connect(&m_hide, &QTimer::timeout, this, &QWidget::hide);
  connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
  connect(m_action, &QPushButton::clicked, this, [this] {
    hide();
    Q_EMIT actionRequested(m_actionId);
  });
  hide();
}

void MessageBar::setTheme(const Theme& theme) {
  const bool isProblem = m_kind == Kind::Problem;
  const QIcon icon = lineIcon(isProblem ? QStringLiteral("circle-alert") : QStringLiteral("info"),
                              isProblem ? theme.danger : theme.mutedText);
  m_icon->setPixmap(icon.pixmap(QSize(kSmallIcon, kSmallIcon), devicePixelRatioF()));
  m_close->setIcon(lineIcon(QStringLiteral("x"), theme.mutedText));
}

void MessageBar::showMessage(const QString& text, const QString& actionText, const QString& actionId) {
  m_text->setText(text);
  m_action->setText(actionText);
  m_action->setVisible(!actionText.isEmpty());
  m_actionId = actionId;
  setAccessibleName(text);
  show();
  if (m_kind == Kind::Notice)
    m_hide.start(std::max(actionText.isEmpty() ? kNoticeMs : kNoticeWithActionMs,
                          kMsPerCharacter * static_cast<int>(text.size())));
  QAccessibleEvent event(this, QAccessible::Alert);
  QAccessible::updateAccessibility(&event);
}

QString MessageBar::text() const { return m_text->text(); }

}  // namespace zipage::ui
