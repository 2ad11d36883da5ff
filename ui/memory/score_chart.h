#pragma once

#include <QWidget>

#include "engine/trace/compression_look.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// How many tokens had which score in a compression: kept ones filled, evicted ones hatched, and the cut.
class ScoreChart final : public QWidget {
  Q_OBJECT

 public:
  explicit ScoreChart(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setHistogram(ScoreHistogram histogram);
  const ScoreHistogram& histogram() const { return m_histogram; }
  QString table() const;
  QSize sizeHint() const override { return {320, 96}; }
  QSize minimumSizeHint() const override { return {80, 72}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Theme m_theme;
  ScoreHistogram m_histogram;
};

}  // namespace zipage::ui
