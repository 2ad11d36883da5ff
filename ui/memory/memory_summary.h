#pragma once

#include <QWidget>

#include "ui/memory_figures.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// Pages held and tokens live, large; the other counters below. Digits keep their places while they change.
class MemorySummary final : public QWidget {
  Q_OBJECT

 public:
  explicit MemorySummary(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setFigures(const MemoryFigures& figures);
  void setPageSize(int pageTokens, qint64 bytesPerPage);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {240, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void paintLarge(QPainter& painter, const QRect& rect, const QString& number, const QString& caption) const;
  void paintSmall(QPainter& painter, const QRect& rect, const QString& number, const QString& caption) const;
  QString pagesCaption() const;

  Theme m_theme;
  MemoryFigures m_figures;
  int m_pageTokens = 0;
  qint64 m_bytesPerPage = 0;
};

}  // namespace zipage::ui
