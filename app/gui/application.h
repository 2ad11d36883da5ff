// The window program, put together: paths, store, engine, controller, window. The order of its members is the
// order of start; shutdown is written once, in the destructor.
#pragma once

#include <QObject>
#include <QTemporaryDir>
#include <memory>

#include "app/common/app_paths.h"
#include "app/gui/chat_controller.h"
#include "app/gui/engine_host.h"
#include "engine/store/store_thread.h"
#include "ui/main_window.h"

namespace zipage {

class Application final : public QObject {
  Q_OBJECT

 public:
  /// `modelPath` empty: the embedded model. `opensDevice`: openDevice() but for tests.
  explicit Application(const QString& modelPath, DeviceOpener opensDevice = openDevice);
  ~Application() override;

  ui::MainWindow& window() { return *m_window; }
  EngineHost& host() { return *m_host; }
  ChatController& chats() { return *m_chats; }
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
  void offerTheCpu(const QString& reason);
  void takeAction(const QString& actionId);

  QTemporaryDir m_fallbackFolder;
  std::unique_ptr<StoreThread> m_store;
  std::unique_ptr<EngineHost> m_host;
  std::unique_ptr<ChatController> m_chats;
  std::unique_ptr<ui::MainWindow> m_window;
};

}  // namespace zipage
