#pragma once

#include <QVector>
#include <QWidget>

#include "ui/chat_values.h"

class QComboBox;
class QLineEdit;
class QPushButton;

namespace zipage::ui {

/// Settings kept under a name: apply one, keep the present ones, delete one.
class PresetBar final : public QWidget {
  Q_OBJECT

 public:
  explicit PresetBar(QWidget* parent = nullptr);

  void setPresets(const QVector<Preset>& presets);
  /// Names the preset that is exactly these settings, if there is one.
  void showSettings(const GenerationSettings& settings);

 Q_SIGNALS:
  void applied(const zipage::ui::GenerationSettings& settings);
  void saveRequested(const QString& name);  // the present settings; replaces one of that name
  void deleteRequested(const QString& name);

 private:
  void apply(int index);
  void askForName();
  void saveNamed();
  void showButtons();

  QComboBox* m_choice;
  QPushButton* m_save;
  QPushButton* m_delete;
  QLineEdit* m_name;
  QVector<Preset> m_presets;
  GenerationSettings m_settings;
};

}  // namespace zipage::ui
