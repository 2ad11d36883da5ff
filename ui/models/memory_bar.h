#pragma once

#include <QWidget>

#include "ui/models/model_values.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// What a model will take, split into weights, KV pages and workspace, against what there is.
class MemoryBar final : public QWidget {
  Q_OBJECT

 public:
  explicit MemoryBar(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setEstimate(const LoadEstimate& estimate);
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  struct Part {
    QString name;
    qint64 bytes;
    QColor color;
  };
  QVector<Part> parts() const;
  void paintBar(QPainter& painter, const QRect& bar) const;

  Theme m_theme;
  LoadEstimate m_estimate;
};

/// One sentence: whether it fits. Empty where nothing is known.
QString fitText(const LoadEstimate& estimate);
/// More is needed than is free.
bool isTooLarge(const LoadEstimate& estimate);

}  // namespace zipage::ui
