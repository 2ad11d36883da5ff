#include "ui/window/dock_title.h"

#include <QDockWidget>
#include <QHBoxLayout>
#include <QLabel>
#include <QMainWindow>
#include <QToolButton>

#include "ui/theme/icons.h"

namespace zipage::ui {

namespace {

constexpr int kHeight = 36;

QToolButton* titleButton(const QString& words) {
  auto* button = new QToolButton;
  button->setToolTip(words);
  button->setAccessibleName(words);
  button->setIconSize({kSmallIcon, kSmallIcon});
  return button;
}

bool isInTabs(const QDockWidget& dock) {
  const auto* window = qobject_cast<const QMainWindow*>(dock.parentWidget());
  return window != nullptr && !dock.isFloating() &&
         !window->tabifiedDockWidgets(const_cast<QDockWidget*>(&dock)).isEmpty();
}

}  // namespace

DockTitle::DockTitle(QDockWidget& dock)
    : m_dock(dock),
      m_name(new QLabel(dock.windowTitle())),
      m_float(titleButton(tr("Float or dock %1").arg(dock.windowTitle()))),
      m_close(titleButton(tr("Close %1").arg(dock.windowTitle()))) {
  m_name->setProperty("tone", "heading");
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(16, 0, 8, 0);
  row->setSpacing(2);
  row->addWidget(m_name, 1);
  row->addWidget(m_float);
  row->addWidget(m_close);
  connect(m_float, &QToolButton::clicked, &dock, [&dock] { dock.setFloating(!dock.isFloating()); });
  connect(m_close, &QToolButton::clicked, &dock, &QWidget::close);
}

void DockTitle::setTheme(const Theme& theme) {
  m_float->setIcon(lineIcon(QStringLiteral("picture-in-picture-2"), theme.mutedText));
  m_close->setIcon(lineIcon(QStringLiteral("x"), theme.mutedText));
}

void DockTitle::update() {
  m_inTabs = isInTabs(m_dock);
  for (QWidget* part :
       {static_cast<QWidget*>(m_name), static_cast<QWidget*>(m_float), static_cast<QWidget*>(m_close)}) {
    part->setVisible(!m_inTabs);
  }
  updateGeometry();
}

QSize DockTitle::minimumSizeHint() const { return m_inTabs ? QSize(0, 0) : QSize(120, kHeight); }

}  // namespace zipage::ui
