// Looks at this machine on a thread of its own, since a driver or a disk may take its time.
#pragma once

#include <QObject>
#include <QThread>
#include <atomic>
#include <memory>

#include "app/common/machine_facts.h"
#include "ui/window/check_item.h"

namespace zipage {

class MachineCheck final : public QObject {
  Q_OBJECT

 public:
  explicit MachineCheck(QObject* parent = nullptr);
  /// Gives up a look that is being taken.
  ~MachineCheck() override;

  /// finished() follows; of several that wait, only for the latest.
  void start(MachineQuestions questions);

 Q_SIGNALS:
  void finished(const QVector<zipage::ui::CheckItem>& report, const QString& verdict, const QString& asText);

 private:
  QThread m_thread;
  QObject* m_worker;  // lives in m_thread: what is posted to it runs there
  std::shared_ptr<std::atomic<quint64>> m_ticket = std::make_shared<std::atomic<quint64>>(0);
};

}  // namespace zipage
