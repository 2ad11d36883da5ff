#include "app/gui/settings_file.h"

#include <QCoreApplication>
#include <QFile>
#include <QFileInfo>
#include <algorithm>

#include "app/gui/chat_settings.h"

namespace zipage {

namespace {

constexpr qsizetype kMostRecent = 10;

/// The path, after a file there that is none of ours was put aside.
QString usablePath(const QString& path, QString& problem) {
  if (!QFileInfo::exists(path)) return path;
  const QSettings file(path, QSettings::IniFormat);
  if (file.status() == QSettings::NoError) return path;
  const QString aside = path + QStringLiteral(".broken");
  QFile::remove(aside);
  QFile::rename(path, aside);
  problem = QCoreApplication::translate(
                "SettingsFile",
                "The settings could not be read. They are as at a first start; the file was kept as %1.")
                .arg(aside);
  return path;
}

int boundedInt(const QSettings& file, const QString& key, int fallback, int low, int high) {
  bool isNumber = false;
  const int value = file.value(key, fallback).toInt(&isNumber);
  return isNumber ? std::clamp(value, low, high) : fallback;
}

}  // namespace

SettingsFile::SettingsFile(const QString& path) : m_file(usablePath(path, m_problem), QSettings::IniFormat) {}

ui::Preferences SettingsFile::preferences() const {
  ui::Preferences preferences;
  preferences.scheme = static_cast<ui::ColorScheme>(boundedInt(m_file, "window/scheme", 0, 0, 2));
  preferences.zoom = boundedInt(m_file, "window/zoomPercent", 100, 10, 1000) / 100.0;
  preferences.unloadMinutes = boundedInt(m_file, "models/unloadMinutes", 0, 0, 60 * 24 * 7);
  preferences.prefixGibibytes =
      boundedInt(m_file, "storage/prefixGibibytes", preferences.prefixGibibytes, 0, 1 << 16);
  preferences.modelFolders = m_file.value("models/folders").toStringList();
  preferences.serves = m_file.value("server/isOn", false).toBool();
  preferences.serverPort = boundedInt(m_file, "server/port", preferences.serverPort, 1, 65535);
  preferences.serverNeedsKey = m_file.value("server/needsKey", false).toBool();
  preferences.serverIsOpen = m_file.value("server/isOpen", false).toBool();
  const QVariantHash keys = m_file.value("window/keys").toHash();
  for (auto key = keys.cbegin(); key != keys.cend(); ++key) preferences.keys[key.key()] = key->toStringList();
  return preferences;
}

void SettingsFile::savePreferences(const ui::Preferences& preferences) {
  m_file.setValue("window/scheme", static_cast<int>(preferences.scheme));
  m_file.setValue("window/zoomPercent", static_cast<int>(preferences.zoom * 100 + 0.5));
  m_file.setValue("models/unloadMinutes", preferences.unloadMinutes);
  m_file.setValue("storage/prefixGibibytes", preferences.prefixGibibytes);
  m_file.setValue("models/folders", preferences.modelFolders);
  m_file.setValue("server/isOn", preferences.serves);
  m_file.setValue("server/port", preferences.serverPort);
  m_file.setValue("server/needsKey", preferences.serverNeedsKey);
  m_file.setValue("server/isOpen", preferences.serverIsOpen);
  QVariantHash keys;
  for (auto key = preferences.keys.cbegin(); key != preferences.keys.cend(); ++key) keys[key.key()] = *key;
  m_file.setValue("window/keys", keys);
}

QVector<ui::Preset> SettingsFile::presets() const {
  QVector<ui::Preset> presets;
  const QVariantMap stored = m_file.value("presets").toMap();
  for (auto preset = stored.cbegin(); preset != stored.cend(); ++preset)
    presets.append({preset.key(), settingsFromJson(preset->toString().toStdString(), {})});
  return presets;
}

void SettingsFile::savePresets(const QVector<ui::Preset>& presets) {
  QVariantMap stored;
  for (const ui::Preset& preset : presets)
    stored[preset.name] = QString::fromStdString(settingsToJson(preset.settings));
  m_file.setValue("presets", stored);
}

QStringList SettingsFile::recentModels() const { return m_file.value("models/recent").toStringList(); }

QHash<QString, ui::LoadChoice> SettingsFile::loadChoices() const {
  QHash<QString, ui::LoadChoice> choices;
  const QVariantMap stored = m_file.value("models/choices").toMap();
  for (auto entry = stored.cbegin(); entry != stored.cend(); ++entry) {
    const QStringList parts = entry->toStringList();
    if (parts.size() == 3) choices[entry.key()] = {parts[0], parts[1], std::max(1, parts[2].toInt())};
  }
  return choices;
}

QString SettingsFile::lastModel() const { return m_file.value("models/last").toString(); }

void SettingsFile::noteModel(const QString& path, const ui::LoadChoice& choice) {
  m_file.setValue("models/last", path);
  QVariantMap choices = m_file.value("models/choices").toMap();
  choices[path] = QStringList{choice.device, choice.kvType, QString::number(choice.poolTokens)};
  m_file.setValue("models/choices", choices);
  if (path.isEmpty()) return;
  QStringList recent = recentModels();
  recent.removeAll(path);
  recent.prepend(path);
  m_file.setValue("models/recent", recent.mid(0, kMostRecent));
}

QByteArray SettingsFile::layout() const { return m_file.value("window/layout").toByteArray(); }

void SettingsFile::saveLayout(const QByteArray& layout) { m_file.setValue("window/layout", layout); }

}  // namespace zipage
