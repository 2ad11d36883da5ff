#include "ui/theme/icons.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QSvgRenderer>

static void initIconResources() { Q_INIT_RESOURCE(zipage_icons); }

namespace zipage::ui {

namespace {

QByteArray readIcon(const QString& name) {
  initIconResources();
  QFile file(QStringLiteral(":/zipage/icons/%1.svg").arg(name));
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

class LineIconEngine final : public QIconEngine {
 public:
  LineIconEngine(QByteArray svg, const QColor& color, const QColor& disabledColor)
      : m_svg(std::move(svg)), m_color(color), m_disabledColor(disabledColor) {}

  void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
    const QColor& color = mode == QIcon::Disabled && m_disabledColor.isValid() ? m_disabledColor : m_color;
    QByteArray svg = m_svg;
    QSvgRenderer(svg.replace("currentColor", color.name().toUtf8())).render(painter, QRectF(rect));
  }

  QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
    QPixmap pixmap(size);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    paint(&painter, QRect(QPoint(), size), mode, state);
    return pixmap;
  }

  QIconEngine* clone() const override { return new LineIconEngine(*this); }

 private:
  QByteArray m_svg;
  QColor m_color;
  QColor m_disabledColor;
};

}  // namespace

QIcon solidIcon(const QString& name, const QColor& color, const QColor& disabledColor) {
  return QIcon(new LineIconEngine(readIcon(name).replace("fill=\"none\"", "fill=\"currentColor\""), color,
                                  disabledColor));
}

QIcon lineIcon(const QString& name, const QColor& color, const QColor& disabledColor) {
  return QIcon(new LineIconEngine(readIcon(name), color, disabledColor));
}

QIcon programIcon() { return lineIcon(QStringLiteral("program"), {}); }

}  // namespace zipage::ui
