#pragma once

#include <QWidget>
#include <utility>
#include <vector>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// What each head still holds of which stretch of the text: a column is a stretch, the oldest at the left;
/// the first row is the mean of all heads, then come the heads, layer by layer.
class HeadBands final : public QWidget {
  Q_OBJECT

 public:
  struct Bands {
    int kvHeads = 0;
    std::vector<std::int32_t> starts;  // of the stretches: tokens of the text, ascending
    std::int32_t end = 0;              // of the last one
    std::vector<float> shares;         // [heads, stretches] 0 … 1
    QString oldest, newest;            // words at the ends of the axis
  };
  /// Row −1 is that of all heads.
  struct Spot {
    int head = -1;
    int stretch = -1;  // −1: nowhere

    bool operator==(const Spot&) const = default;
  };

  explicit HeadBands(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setBands(Bands bands);
  int numHeads() const;
  int numStretches() const { return static_cast<int>(m_bands.starts.size()); }
  Spot current() const { return m_current; }
  /// The first token of a stretch, and the one behind its last.
  std::pair<std::int32_t, std::int32_t> tokensOf(int stretch) const;
  /// Of one head, or of all in the mean.
  float share(Spot spot) const;
  /// In words: which heads, which tokens, how many of them.
  QString text(Spot spot) const;
  QRect rectOf(Spot spot) const;
  /// A line a head, a column a stretch, in percent.
  QString table() const;
  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {80, sizeHint().height()}; }

 Q_SIGNALS:
  void pointed();  // with pointer or keys, or no more

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void leaveEvent(QEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void focusOutEvent(QFocusEvent* event) override;

 private:
  int rowHeight() const;
  int firstHeadTop() const;
  Spot spotAt(const QPoint& position) const;
  void point(Spot spot);
  void paintAxis(QPainter& painter) const;

  Theme m_theme;
  Bands m_bands;
  std::vector<float> m_means;  // [stretches] over all heads
  Spot m_current;
};

}  // namespace zipage::ui
