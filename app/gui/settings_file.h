// What the window remembers between runs, beside the chats: preferences, presets, recent models and how they
// were loaded, the layout. One file of keys and values in the folder for settings.
#pragma once

#include <QHash>
#include <QSettings>
#include <QString>
#include <QStringList>
#include <QVector>

#include "ui/chat_values.h"
#include "ui/models/model_values.h"
#include "ui/preferences/preferences.h"

namespace zipage {

class SettingsFile {
 public:
  /// A file that cannot be read is put aside, and problem() says so; all is then as at a first start.
  explicit SettingsFile(const QString& path);

  const QString& problem() const { return m_problem; }

  ui::Preferences preferences() const;
  void savePreferences(const ui::Preferences& preferences);

  QVector<ui::Preset> presets() const;
  void savePresets(const QVector<ui::Preset>& presets);

  QStringList recentModels() const;  // latest first; the embedded one is not among them
  QHash<QString, ui::LoadChoice> loadChoices() const;
  /// The model that was opened last; nothing: none was, and the embedded one it is.
  QString lastModel() const;
  void noteModel(const QString& path, const ui::LoadChoice& choice);

  QByteArray layout() const;
  void saveLayout(const QByteArray& layout);

 private:
  QString m_problem;
  QSettings m_file;
};

}  // namespace zipage
