#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/chat_values.h"

class QButtonGroup;
class QCheckBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QSpinBox;
class QVBoxLayout;

namespace zipage::ui {

/// How the next reply of the chat is made.
class GenerationPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit GenerationPanel(QWidget* parent = nullptr);

  void setSettings(const GenerationSettings& settings);
  GenerationSettings settings() const;
  void takeFocus();
  /// Reports a change that was not reported yet.
  void flush();

 signals:
  void settingsChanged(const zipage::ui::GenerationSettings& settings);

 private:
  void addMemory(QVBoxLayout& layout);
  QLayout* policyChoice();
  MemoryPolicy policy() const;
  void addThinking(QVBoxLayout& layout);
  void addSampling(QVBoxLayout& layout);
  void addSystemPrompt(QVBoxLayout& layout);
  void watch();
  void edited();
  void showPolicy();

  QButtonGroup* m_policy;  // ids are those of MemoryPolicy
  QLabel* m_policyMeaning;
  QSpinBox* m_budget;
  QSpinBox* m_period;
  QCheckBox* m_thinking;
  QSpinBox* m_maxNewTokens;
  QDoubleSpinBox* m_temperature;
  QDoubleSpinBox* m_topP;
  QDoubleSpinBox* m_minP;
  QSpinBox* m_topK;
  QDoubleSpinBox* m_repetitionPenalty;
  QLineEdit* m_seed;
  QPlainTextEdit* m_systemPrompt;
  QTimer m_report;
  bool m_isShowing = false;
};

}  // namespace zipage::ui
