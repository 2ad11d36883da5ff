#include "app/gui/model_library.h"

#include <QFileInfo>
#include <optional>

#include "app/common/kv_type.h"
#include "app/common/model_facts.h"
#include "app/common/model_finder.h"
#include "app/common/model_paths.h"
#include "app/common/process_memory.h"
#include "app/gui/load_choices.h"
#include "kernels/device_registry.h"
#include "ui/theme/byte_text.h"

namespace zipage {

ui::ModelEntry remoteEntry(const RemoteAddress& address) {
  ui::ModelEntry entry{ui::ModelEntry::Origin::Recent,
                       address.path(),
                       address.model,
                       ModelLibrary::tr("runs on %1").arg(address.host()),
                       {}};
  entry.isRemote = true;
  return entry;
}

namespace {

using ui::ModelEntry;

ModelEntry toEntry(const FoundModel& model, ModelEntry::Origin origin) {
  ModelEntry entry;
  entry.origin = origin;
  entry.path = QString::fromStdString(model.path.string());
  entry.name = QString::fromStdString(model.name);
  entry.problem = QString::fromStdString(model.problem);
  if (model.problem.empty())
    entry.detail =
        QStringLiteral("%1 · %2 · %3")
            .arg(QString::fromStdString(model.architecture), QString::fromStdString(model.weightType),
                 ui::bytesText(static_cast<qint64>(model.weightBytes)));
  return entry;
}

ModelEntry embeddedEntry() {
  ModelEntry entry;
  if (const auto path = demoModelPath()) {
    entry = toEntry(recogniseModel(*path), ModelEntry::Origin::Embedded);
  } else {
    entry.problem = QString::fromStdString(path.error().message);
  }
  entry.origin = ModelEntry::Origin::Embedded;
  entry.path.clear();
  entry.name = ModelLibrary::tr("Zipage Demo");
  return entry;
}

ModelEntry recentEntry(const QString& path) {
  if (const auto remote = remoteAddressOf(path)) return remoteEntry(*remote);
  return toEntry(recogniseModel(path.toStdString()), ModelEntry::Origin::Recent);
}

/// What the GPU is; nothing where none can be used. Opening one takes a while, so it is asked once.
const std::optional<DeviceInfo>& gpu() {
  static const std::optional<DeviceInfo> info = []() -> std::optional<DeviceInfo> {
    const auto device = openDevice("cuda");
    return device ? std::optional((*device)->info()) : std::nullopt;
  }();
  return info;
}

ui::LoadEstimate estimateOf(const QString& path, const ui::LoadChoice& choice) {
  ui::LoadEstimate estimate;
  const auto fail = [&](const Error& error) {
    estimate.problem = QString::fromStdString(error.message);
    return estimate;
  };
  const auto file = resolveModel(path.isEmpty() ? std::string(kDemoModelName) : path.toStdString());
  if (!file) return fail(file.error());
  const auto facts = readModelFacts(*file);
  if (!facts) return fail(facts.error());
  const bool usesGpu = choice.device != QLatin1String("cpu") && gpu().has_value();
  SessionOptions options = sessionOptionsFor(*file, choice);
  options.pool.kvType = options.kvType.value_or(usesGpu ? gpu()->kvType : options.pool.kvType);
  const auto needs = memoryNeeds(*facts, options.pool);
  if (!needs) return fail(needs.error());
  estimate.weightBytes = static_cast<qint64>(needs->weightBytes);
  estimate.kvBytes = static_cast<qint64>(needs->kvBytes);
  estimate.workspaceBytes = static_cast<qint64>(needs->workspaceBytes);
  estimate.availableBytes = usesGpu ? static_cast<qint64>(gpu()->memoryBytes) : availableMemory();
  estimate.memoryName =
      usesGpu ? ModelLibrary::tr("memory of the GPU") : ModelLibrary::tr("memory of this computer");
  return estimate;
}

}  // namespace

ModelLibrary::ModelLibrary(QObject* parent) : QObject(parent), m_worker(new QObject) {
  m_thread.setObjectName(QStringLiteral("model library"));
  m_worker->moveToThread(&m_thread);
  connect(&m_thread, &QThread::finished, m_worker, &QObject::deleteLater);
  m_thread.start();
}

ModelLibrary::~ModelLibrary() {
  ++*m_searchTicket;
  ++*m_estimateTicket;
  m_thread.quit();
  m_thread.wait();
}

void ModelLibrary::search(const QStringList& folders, const QStringList& recent) {
  const auto work = [this, folders, recent, latest = m_searchTicket, ticket = ++*m_searchTicket] {
    const auto isWanted = [&] { return latest->load() == ticket; };
    QVector<ModelEntry> models{embeddedEntry()};
    for (const QString& path : recent) {
      if (isWanted()) models.append(recentEntry(path));
    }
    std::vector<std::filesystem::path> places{huggingFaceCache()};
    for (const QString& folder : folders) places.emplace_back(folder.toStdString());
    for (const FoundModel& model : findModels(places, isWanted)) {
      const ModelEntry entry = toEntry(model, ModelEntry::Origin::Found);
      if (!recent.contains(entry.path)) models.append(entry);
    }
    if (isWanted()) Q_EMIT modelsFound(models);
  };
  QMetaObject::invokeMethod(m_worker, work);
}

void ModelLibrary::estimate(const QString& path, const ui::LoadChoice& choice) {
  const auto work = [this, path, choice, latest = m_estimateTicket, ticket = ++*m_estimateTicket] {
    if (latest->load() == ticket) Q_EMIT estimated(path, choice, estimateOf(path, choice));
  };
  QMetaObject::invokeMethod(m_worker, work);
}

void ModelLibrary::askForDevices() {
  QMetaObject::invokeMethod(m_worker, [this] {
    ui::LoadOffer offer;
    for (const std::string& name : kvTypeNames()) {
      if (name != "auto") offer.kvTypes << QString::fromStdString(name);
    }
    if (gpu()) {
      offer.devices.prepend(QStringLiteral("cuda"));
      offer.deviceNames.prepend(tr("GPU: %1").arg(QString::fromStdString(gpu()->description)));
    }
    Q_EMIT offered(offer);
  });
}

}  // namespace zipage
