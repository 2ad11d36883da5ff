#pragma once

#include <QTimer>
#include <QWidget>

#include "ui/chat_values.h"

class QButtonGroup;
class QCheckBox;
class QLabel;
class QPlainTextEdit;
class QSpinBox;
class QVBoxLayout;

namespace zipage::ui {

class PresetBar;
class SamplingFields;

/// How the next reply of the chat is made.
class GenerationPanel final : public QWidget {
  Q_OBJECT

 public:
  explicit GenerationPanel(QWidget* parent = nullptr);

  void setSettings(const GenerationSettings& settings);
  GenerationSettings settings() const;
  void setPresets(const QVector<Preset>& presets);
  /// What the model's own file suggests.
  void setModelDefaults(const GenerationSettings& defaults);
  void takeFocus();
  /// Reports a change that was not reported yet.
  void flush();

 Q_SIGNALS:
  void settingsChanged(const zipage::ui::GenerationSettings& settings);
  void presetSaved(const zipage::ui::Preset& preset);
  void presetDeleteRequested(const QString& name);

 private:
  void addMemory(QVBoxLayout& layout);
  QLayout* policyChoice();
  MemoryPolicy policy() const;
  void addReply(QVBoxLayout& layout);
  void addSystemPrompt(QVBoxLayout& layout);
  void watch();
  void edited();
  void showPolicy();

  PresetBar* m_presets;
  QButtonGroup* m_policy;  // ids are those of MemoryPolicy
  QLabel* m_policyMeaning;
  QSpinBox* m_budget;
  QSpinBox* m_period;
  QCheckBox* m_thinking;
  QSpinBox* m_maxNewTokens;
  QPlainTextEdit* m_stopStrings;
  SamplingFields* m_sampling;
  QPlainTextEdit* m_systemPrompt;
  QTimer m_report;
  bool m_isShowing = false;
};

}  // namespace zipage::ui
