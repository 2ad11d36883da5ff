#include "ui/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

#include "ui/theme.h"

static void initIconResource() { Q_INIT_RESOURCE(zipage_icons); }

namespace zipage::ui {

namespace {

QByteArray svgSource(const QString& name) {
  static const bool isRegistered = (initIconResource(), true);
  Q_UNUSED(isRegistered);
  QFile file(QStringLiteral(":/zipage/icons/%1.svg").arg(name));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

class LineIconEngine final : public QIconEngine {
 public:
  LineIconEngine(QByteArray source, QColor color, QColor disabled)
      : m_source(std::move(source)), m_color(std::move(color)), m_disabled(std::move(disabled)) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    QByteArray colored = m_source;
    colored.replace("currentColor", (mode == QIcon::Disabled ? m_disabled : m_color).name().toLatin1());
    QSvgRenderer renderer(colored);
    painter->setRenderHint(QPainter::Antialiasing);
    renderer.render(painter, rect);
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    paint(&painter, QRect(QPoint(0, 0), size), mode, state);
    return pixmap;
  }

  QIconEngine* clone() const override { return new LineIconEngine(m_source, m_color, m_disabled); }

 private:
  QByteArray m_source;
  QColor m_color;
  QColor m_disabled;
};

}  // namespace

QIcon icon(const char* name, const QColor& color) {
  return QIcon(new LineIconEngine(svgSource(QString::fromLatin1(name)), color, currentTheme().hairline));
}

QIcon icon(const char* name) { return icon(name, currentTheme().text); }

}  // namespace zipage::ui
