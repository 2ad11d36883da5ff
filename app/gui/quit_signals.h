// Turns a request of the system to end (SIGTERM, SIGINT, SIGHUP) into a proper end of the program, so that
// nothing is lost when somebody logs out.
#pragma once

#include <QObject>

class QSocketNotifier;

namespace zipage {

class QuitSignals final : public QObject {
  Q_OBJECT

 public:
  explicit QuitSignals(QObject* parent = nullptr);
  ~QuitSignals() override;

 Q_SIGNALS:
  void quitRequested();

 private:
  QSocketNotifier* m_notifier = nullptr;
};

}  // namespace zipage
