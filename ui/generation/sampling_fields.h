#pragma once

#include <QWidget>

#include "ui/chat_values.h"

class QDoubleSpinBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace zipage::ui {

/// How tokens are drawn, what the model itself suggests, and the way back to that.
class SamplingFields final : public QWidget {
  Q_OBJECT

 public:
  explicit SamplingFields(QWidget* parent = nullptr);

  void show(const GenerationSettings& settings);
  void read(GenerationSettings& settings) const;
  /// What the model's own file suggests; the seed is none of its business.
  void setModelDefaults(const GenerationSettings& defaults);

 Q_SIGNALS:
  void edited();

 private:
  void watch();
  void showModel();
  void useModelDefaults();

  QDoubleSpinBox* m_temperature;
  QSpinBox* m_topK;
  QDoubleSpinBox* m_topP;
  QDoubleSpinBox* m_minP;
  QDoubleSpinBox* m_repetitionPenalty;
  QLineEdit* m_seed;
  QLabel* m_modelSays;
  QPushButton* m_reset;
  GenerationSettings m_modelDefaults;
};

}  // namespace zipage::ui
