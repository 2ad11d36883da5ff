#pragma once

#include <QWidget>

#include "ui/models/model_values.h"

class QComboBox;
class QSpinBox;

namespace zipage::ui {

/// On which device a model runs, how its pages store keys and values, and how many tokens the pool holds.
class LoadForm final : public QWidget {
  Q_OBJECT

 public:
  explicit LoadForm(QWidget* parent = nullptr);

  void setOffer(const LoadOffer& offer);
  void setChoice(const LoadChoice& choice);  // reports nothing
  LoadChoice choice() const;

 Q_SIGNALS:
  void choiceChanged(const zipage::ui::LoadChoice& choice);

 private:
  void edited();

  QComboBox* m_device;
  QComboBox* m_kvType;
  QSpinBox* m_pool;
  bool m_isShowing = false;
};

}  // namespace zipage::ui
