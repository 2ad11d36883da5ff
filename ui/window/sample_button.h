#pragma once

#include <QAbstractButton>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// A question to click; wraps where a push button would cut it.
class SampleButton final : public QAbstractButton {
  Q_OBJECT

 public:
  explicit SampleButton(const QString& question, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  QSize sizeHint() const override;
  bool hasHeightForWidth() const override { return true; }
  int heightForWidth(int width) const override;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  Theme m_theme;
};

}  // namespace zipage::ui
