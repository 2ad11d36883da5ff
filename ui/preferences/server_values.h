// How the server does, as plain values.
#pragma once

#include <QMetaType>
#include <QString>

namespace zipage::ui {

struct ServerInfo {
  bool isStarting = false;
  QString address;  // "http://127.0.0.1:7979/v1"; empty: it does not run
  QString key;      // that clients must bring; empty: none
  QString problem;  // why it does not run
};

}  // namespace zipage::ui

Q_DECLARE_METATYPE(zipage::ui::ServerInfo)
