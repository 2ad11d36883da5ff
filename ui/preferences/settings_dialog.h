#pragma once

#include <QDialog>
#include <functional>

#include "ui/preferences/preferences.h"
#include "ui/preferences/server_values.h"
#include "ui/preferences/storage_values.h"

class QComboBox;
class QListWidget;
class QPushButton;

namespace zipage::ui {

class KeyPage;
class ServerPage;
class StoragePage;
struct WindowActions;

/// What holds for the whole program. Every change applies at once, so there is nothing to confirm.
class SettingsDialog final : public QDialog {
  Q_OBJECT

 public:
  SettingsDialog(const WindowActions& actions, QWidget* parent);

  void setPreferences(const Preferences& preferences);  // reports nothing
  void setStorageReport(const StorageReport& report);
  void setServerInfo(const ServerInfo& info);

 Q_SIGNALS:
  void preferencesChanged(const zipage::ui::Preferences& preferences);
  void storageReportRequested();
  void storageClearRequested(qint64 model, qint64 chat);
  void serverKeyRenewRequested();

 private:
  QWidget* makeGeneralPage();
  QWidget* makeModelPage();
  void change(const std::function<void(Preferences&)>& edit);
  void addFolder();
  void showPreferences();

  Preferences m_preferences;
  QComboBox* m_scheme;
  QComboBox* m_zoom;
  QComboBox* m_unload;
  QListWidget* m_folders;
  QPushButton* m_removeFolder;
  StoragePage* m_storage;
  ServerPage* m_server;
  KeyPage* m_keys;
  bool m_isShowing = false;
};

}  // namespace zipage::ui
