#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/chat_values.h"

class QCheckBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QPushButton;
class QRadioButton;
class QSpinBox;
class QVBoxLayout;

namespace zipage::ui {

/// How the next reply of the chat is made: its memory, its length, its sampling, its instructions.
class GenerationPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit GenerationPanel(QWidget* parent = nullptr);

  void setSettings(const GenerationSettings& settings);  // emits nothing
  GenerationSettings settings() const;
  /// Emits an edit that waits to be told, before another chat is shown.
  void commitEdits();

 signals:
  void settingsChanged(const zipage::ui::GenerationSettings& settings);

 private:
  void addMemory(QVBoxLayout* layout);
  void addReply(QVBoxLayout* layout);
  void addSampling(QVBoxLayout* layout);
  void addInstructions(QVBoxLayout* layout);
  void connectFields();
  void onEdited();
  void showMemoryChoice();
  QSpinBox* makeSpin(QFormLayout* form, const QString& name, int low, int high, int step);
  QDoubleSpinBox* makeReal(QFormLayout* form, const QString& name, double low, double high);

  QTimer m_editTimer;
  bool m_isFilling = false;
  QRadioButton* m_bounded;
  QRadioButton* m_full;
  QLabel* m_explanation;
  QSpinBox* m_budget;
  QSpinBox* m_period;
  QCheckBox* m_thinking;
  QSpinBox* m_maxNewTokens;
  QDoubleSpinBox* m_temperature;
  QSpinBox* m_topK;
  QDoubleSpinBox* m_topP;
  QDoubleSpinBox* m_minP;
  QDoubleSpinBox* m_repetitionPenalty;
  QLineEdit* m_seed;
  QPlainTextEdit* m_systemPrompt;
  QPushButton* m_reset;
};

}  // namespace zipage::ui
