#pragma once

#include <QAbstractButton>
#include <QPointer>
#include <QVector>

#include "ui/indicators/context_use.h"
#include "ui/theme/theme.h"

class QFrame;
class QLabel;

namespace zipage::ui {

/// A ring that fills as the chat does, with its share in numbers; a click opens the numbers behind it.
class ContextRing final : public QAbstractButton {
  Q_OBJECT

 public:
  explicit ContextRing(QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setUse(const ContextUse& use);
  const ContextUse& use() const { return m_use; }
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  void showUse();
  QString shareText() const;
  QColor levelColor() const;
  void openBreakdown();

  Theme m_theme;
  ContextUse m_use;
  QPointer<QFrame> m_breakdown;  // while it is open
  QVector<QLabel*> m_values;     // in it
};

}  // namespace zipage::ui
