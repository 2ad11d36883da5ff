#include "ui/memory/moment_bar.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

#include "ui/memory/memory_texts.h"

namespace zipage::ui {

MomentBar::MomentBar(MemoryModel& model, About about, QWidget* parent)
    : QWidget(parent),
      m_model(model),
      m_about(about),
      m_text(new QLabel),
      m_now(new QToolButton),
      m_back(new QToolButton) {
  setObjectName(QStringLiteral("momentBar"));
  m_text->setTextFormat(Qt::PlainText);
  m_text->setWordWrap(true);
  m_text->setObjectName(QStringLiteral("momentText"));
  m_now->setObjectName(QStringLiteral("backToNow"));
  m_back->setObjectName(QStringLiteral("leaveTrace"));
  m_back->setText(tr("Leave it"));
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(4);
  layout->addWidget(m_text, 1);
  layout->addWidget(m_now);
  layout->addWidget(m_back);
  connect(m_now, &QToolButton::clicked, this, [this] { m_model.cursor().setMoment(std::nullopt); });
  connect(m_back, &QToolButton::clicked, this, [this] { m_model.close(); });
  connect(&m_model, &MemoryModel::openedChanged, this, &MomentBar::showMoment);
  connect(&m_model.cursor(), &MemoryCursor::moved, this, &MomentBar::showMoment);
  showMoment();
}

void MomentBar::showMoment() {
  const bool isLive = m_model.cursor().isLive();
  const bool isTrace = m_model.isOpened();
  const auto& spans = m_model.history().samples().spans();
  const QString at = spans.empty() ? QString() : momentText(m_model.shownAt() - spans.front().from);
  m_text->setText(!isTrace ? tr("As it was at %1, not as it is now.").arg(at)
                  : isLive ? tr("A trace, at its end: not what is going on here.")
                           : tr("A trace, at %1: not what is going on here.").arg(at));
  m_now->setText(isTrace ? tr("Its end") : tr("Now"));
  m_now->setVisible(!isLive);
  m_back->setVisible(isTrace);
  setVisible(isTrace || (!isLive && m_about == About::Past));
}

}  // namespace zipage::ui
