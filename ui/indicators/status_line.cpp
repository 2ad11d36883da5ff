#include "ui/indicators/status_line.h"

#include <QAccessible>
#include <QEvent>
#include <QLabel>
#include <QLocale>
#include <algorithm>

#include "ui/theme/byte_text.h"
#include "ui/theme/window_zoom.h"

namespace zipage::ui {

StatusLine::StatusLine(QWidget* parent) : QStatusBar(parent), m_news(new QLabel) {
  setObjectName(QStringLiteral("statusLine"));
  setSizeGripEnabled(false);
  m_news->setObjectName(QStringLiteral("news"));
  m_news->setTextFormat(Qt::PlainText);
  m_news->installEventFilter(this);
  m_news->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);  // figures go first
  addWidget(m_news, 1);
  m_server = addField(QStringLiteral("serverField"), tr("Other programs may use the model"));
  m_server->hide();
  m_requests =
      addField(QStringLiteral("requests"), tr("Replies in progress, and those that wait for memory"));
  m_pool = addField(QStringLiteral("pool"), tr("Pages held, and the memory they are"));
  m_process = addField(QStringLiteral("process"), tr("Memory of this program as a whole"));
  m_device = addField(QStringLiteral("device"), tr("Where the model runs"));
  setModel({});
  setFigures({});
}

QLabel* StatusLine::addField(const QString& name, const QString& meaning) {
  auto* field = new QLabel;
  field->setObjectName(name);
  field->setToolTip(meaning);
  field->setAccessibleDescription(meaning);
  field->setTextFormat(Qt::PlainText);
  leaveToItself(*field);
  addPermanentWidget(field);
  return field;
}

/// A field may grow and never shrinks, so that numbers do not push their neighbours about.
void StatusLine::put(QLabel& field, const QString& text) {
  field.setText(text);
  field.setMinimumWidth(std::max(field.minimumWidth(), field.sizeHint().width()));
}

void StatusLine::changeEvent(QEvent* event) {
  QStatusBar::changeEvent(event);
  if (event->type() != QEvent::FontChange) return;
  for (QLabel* field : {m_requests, m_pool, m_process, m_device}) {
    if (field != nullptr) field->setMinimumWidth(0);
  }
}

void StatusLine::setModel(const ModelInfo& model) {
  const bool isThere = model.state == ModelInfo::State::Ready;
  m_device->setVisible(isThere);
  m_device->setText(model.device);
  m_requests->setVisible(!model.isRemote);  // those elsewhere are not known here
}

void StatusLine::setServer(const QString& address) {
  m_server->setVisible(!address.isEmpty());
  m_server->setText(
      tr("Server at %1").arg(address.section(QStringLiteral("//"), 1).section(QLatin1Char('/'), 0, 0)));
}

void StatusLine::setFigures(const MemoryFigures& figures) {
  const QLocale locale;
  put(*m_requests, tr("%1 running, %2 waiting").arg(figures.running).arg(figures.waiting));
  m_pool->setVisible(figures.pagesTotal > 0);
  put(*m_pool, tr("Pool %1 of %2 pages · %3")
                   .arg(locale.toString(figures.pagesHeld), locale.toString(figures.pagesTotal),
                        bytesText(figures.pagesHeld * figures.bytesPerPage)));
  m_process->setVisible(figures.processBytes > 0);
  put(*m_process, tr("Process %1").arg(bytesText(figures.processBytes)));
}

void StatusLine::showNews(const QString& news) {
  m_told = news;
  m_news->setToolTip(news);
  m_news->setAccessibleName(news);
  elideNews();
}

void StatusLine::elideNews() {
  m_news->setText(m_told);
  const QFontMetrics metrics = m_news->fontMetrics();
  const int padding = m_news->sizeHint().width() - metrics.horizontalAdvance(m_told);
  const int room = std::max(0, m_news->width() - padding);
  m_news->setText(metrics.elidedText(m_told, Qt::ElideRight, room));
}

bool StatusLine::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_news && event->type() == QEvent::Resize) elideNews();
  return QStatusBar::eventFilter(watched, event);
}

void StatusLine::announce(const QString& news) {
  showNews(news);
  QAccessibleEvent event(m_news, QAccessible::Alert);
  QAccessible::updateAccessibility(&event);
}

QString StatusLine::news() const { return m_told; }

}  // namespace zipage::ui
