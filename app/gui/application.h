// The window program, put together: paths, store, engine, controller, window. The order of its members is the
// order of start; shutdown is written once, in the destructor.
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTemporaryDir>
#include <memory>

#include "app/common/app_paths.h"
#include "app/gui/chat_controller.h"
#include "app/gui/compare_desk.h"
#include "app/gui/engine_host.h"
#include "app/gui/machine_check.h"
#include "app/gui/memory_desk.h"
#include "app/gui/model_library.h"
#include "app/gui/run_log.h"
#include "app/gui/server_desk.h"
#include "app/gui/settings_file.h"
#include "engine/store/prefix_store.h"
#include "engine/store/store_thread.h"
#include "ui/main_window.h"

namespace zipage {

class Application final : public QObject {
  Q_OBJECT

 public:
  /// `modelPath` empty: the model that was open last, at first the embedded one.
  /// `opensDevice`: openDevice() but for tests.
  explicit Application(const QString& modelPath, DeviceOpener opensDevice = openDevice);
  ~Application() override;

  ui::MainWindow& window() { return *m_window; }
  EngineHost& host() { return *m_host; }
  ChatController& chats() { return *m_chats; }
  ServerDesk& server() { return *m_server; }
  StoreThread& store() { return *m_store; }

  /// Sends `question` in a new chat once a model is ready.
  void askWhenReady(const QString& question);

  /// Opens what the database holds; falls back to a temporary folder, said in the window, so that a full or
  /// read-only disk never keeps anyone from asking a question.
  static Result<std::unique_ptr<SessionStore>> openStore(const AppPaths& paths, QTemporaryDir& fallback,
                                                         QString& problem);

 private:
  static ChatController::Stored readStored(const SessionStore& store, QString& problem);
  void connectWindow();
  void connectController();
  void connectModels();
  void connectDoctor();
  void connectRemote();
  void connectSettings();
  void start(const QString& modelPath);
  void usePreferences(const ui::Preferences& preferences);
  void noteModel(const ui::ModelInfo& model);
  void connectStorage();
  void askForStorage();
  void clearStorage(qint64 model, qint64 chat);
  void searchModels();
  void showModels(const QVector<ui::ModelEntry>& models, bool isSearching);
  void savePreset(const ui::Preset& preset);
  void deletePreset(const QString& name);
  void offerCrashReport();
  void offerTheCpu(const QString& reason);
  void takeAction(const QString& actionId);
  ui::MemoryFigures figuresOf(const EngineMetrics& metrics);

  QTemporaryDir m_fallbackFolder;
  std::unique_ptr<RunLog> m_log;
  std::unique_ptr<SettingsFile> m_settings;
  std::unique_ptr<StoreThread> m_store;
  std::unique_ptr<PrefixStore> m_prefixes;
  std::unique_ptr<EngineHost> m_host;
  std::unique_ptr<ServerDesk> m_server;
  std::unique_ptr<ChatController> m_chats;
  std::unique_ptr<ModelLibrary> m_library;
  std::unique_ptr<MachineCheck> m_check;
  std::unique_ptr<ui::MainWindow> m_window;
  std::unique_ptr<MemoryDesk> m_memory;
  std::unique_ptr<CompareDesk> m_compare;
  QVector<ui::ModelEntry> m_models;  // that were found
  ui::Preferences m_preferences;
  QHash<QString, ui::Preset> m_deletedPresets;  // by undo action
  QString m_crashReport;
  bool m_isOnCpuForNow = false;  // no choice of the user: the device was lost
  QElapsedTimer m_sinceProcessRead;
  qint64 m_processBytes = 0;
};

}  // namespace zipage
