// The server behind the window's switch: the same engine for other programs. Starting and stopping wait for
// connections, so a thread of its own does them; the GUI thread only says what is wanted.
#pragma once

#include <QObject>
#include <QThreadPool>
#include <filesystem>
#include <memory>

#include "app/gui/engine_host.h"
#include "app/server/api_server.h"
#include "ui/preferences/preferences.h"
#include "ui/preferences/server_values.h"

namespace zipage {

class ServerDesk final : public QObject {
  Q_OBJECT

 public:
  /// `host` outlives the desk. `keyFile` is made, for its owner only, when a key is first needed.
  ServerDesk(EngineHost& host, std::filesystem::path keyFile, QObject* parent = nullptr);
  /// Waits for what is being stopped.
  ~ServerDesk() override;

  /// Starts, stops or moves the server; changed() follows where that makes a difference.
  void use(const ui::Preferences& preferences);
  /// Another key; clients with the old one are let in no more.
  void renewKey();
  const ui::ServerInfo& info() const { return m_info; }

 Q_SIGNALS:
  void changed(const zipage::ui::ServerInfo& info);

 private:
  /// What makes another server of it.
  struct Wanted {
    bool isOn = false;
    int port = 0;
    bool needsKey = false;
    bool isOpen = false;
    bool operator==(const Wanted&) const = default;
  };

  void restart();
  void tell(const ui::ServerInfo& info);

  EngineHost& m_host;
  std::filesystem::path m_keyFile;
  Wanted m_wanted;
  ui::ServerInfo m_info;
  int m_numStarts = 0;                  // the latest one counts
  std::unique_ptr<ApiServer> m_server;  // used by m_thread only
  QThreadPool m_thread;                 // one thread: what is asked for happens in turn
};

}  // namespace zipage
