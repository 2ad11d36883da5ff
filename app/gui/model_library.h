// Models there are on this machine and what they would take, found out on a thread of its own: disks may be
// slow, and a chat must not wait for them.
#pragma once

#include <QObject>
#include <QThread>
#include <atomic>
#include <memory>

#include "app/remote/remote_address.h"
#include "ui/models/model_values.h"

namespace zipage {

/// How the picker lists a model that runs elsewhere.
ui::ModelEntry remoteEntry(const RemoteAddress& address);

class ModelLibrary final : public QObject {
  Q_OBJECT

 public:
  explicit ModelLibrary(QObject* parent = nullptr);
  ~ModelLibrary() override;

  /// Looks through the Hugging Face cache and `folders`, and at `recent` paths; modelsFound() follows. A
  /// search in progress ends first.
  void search(const QStringList& folders, const QStringList& recent);
  /// estimated() follows. Of several requests that wait only the latest is answered.
  void estimate(const QString& path, const ui::LoadChoice& choice);
  /// offered() follows.
  void askForDevices();

 Q_SIGNALS:
  void modelsFound(const QVector<zipage::ui::ModelEntry>& models);
  void estimated(const QString& path, const zipage::ui::LoadChoice& choice,
                 const zipage::ui::LoadEstimate& estimate);
  void offered(const zipage::ui::LoadOffer& offer);

 private:
  QThread m_thread;
  QObject* m_worker;  // lives in m_thread: what is posted to it runs there
  std::shared_ptr<std::atomic<quint64>> m_searchTicket = std::make_shared<std::atomic<quint64>>(0);
  std::shared_ptr<std::atomic<quint64>> m_estimateTicket = std::make_shared<std::atomic<quint64>>(0);
};

}  // namespace zipage
