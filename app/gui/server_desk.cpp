#include "app/gui/server_desk.h"

#include <QRandomGenerator>

#include "app/remote/private_file.h"
#include "app/server/access_check.h"

namespace zipage {

namespace {

constexpr int kKeyWords = 6;  // of 32 bits

QString newKey() {
  quint32 words[kKeyWords];
  QRandomGenerator::system()->fillRange(words);
  const QByteArray bytes(reinterpret_cast<const char*>(words), sizeof words);
  return QStringLiteral("zp-") +
         QString::fromLatin1(bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals));
}

Result<std::string> writeKey(const std::filesystem::path& file) {
  const QString key = newKey();
  if (auto written = writePrivateFile(file, key.toUtf8() + '\n'); !written)
    return tl::unexpected(written.error());
  return key.toStdString();
}

/// The key that is there, or a new one.
Result<std::string> keyIn(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return writeKey(file);
  const auto keys = readKeys(file.string());
  if (!keys) return tl::unexpected(keys.error());
  return keys->front();
}

}  // namespace

ServerDesk::ServerDesk(EngineHost& host, std::filesystem::path keyFile, QObject* parent)
    : QObject(parent), m_host(host), m_keyFile(std::move(keyFile)) {
  m_thread.setMaxThreadCount(1);
}

ServerDesk::~ServerDesk() {
  m_thread.start([this] { m_server.reset(); });
  m_thread.waitForDone();
}

void ServerDesk::use(const ui::Preferences& preferences) {
  const Wanted wanted{preferences.serves, preferences.serverPort,
                      preferences.serverNeedsKey || preferences.serverIsOpen, preferences.serverIsOpen};
  if (wanted == m_wanted) return;
  m_wanted = wanted;
  restart();
}

void ServerDesk::renewKey() {
  if (auto written = writeKey(m_keyFile); !written) {
    ui::ServerInfo info = m_info;
    info.problem = QString::fromStdString(written.error().message);
    return tell(info);
  }
  restart();
}

void ServerDesk::restart() {
  ui::ServerInfo info;
  ServerOptions options;
  options.port = m_wanted.port;
  if (m_wanted.isOpen) options.host = "0.0.0.0";
  if (m_wanted.isOn && m_wanted.needsKey) {
    const auto key = keyIn(m_keyFile);
    if (key) {
      options.keys = {*key};
      info.key = QString::fromStdString(*key);
    } else {
      info.problem = QString::fromStdString(key.error().message);
    }
  }
  const bool starts = m_wanted.isOn && info.problem.isEmpty();
  m_host.setServing(starts);
  info.isStarting = starts;
  tell(info);
  info.isStarting = false;
  m_thread.start([this, options = std::move(options), info, starts, number = ++m_numStarts]() mutable {
    m_server.reset();
    if (starts) {
      m_server = std::make_unique<ApiServer>(std::move(options), ServedModels({m_host.served()}));
      if (const auto started = m_server->start())
        info.address = QString::fromStdString(m_server->address());
      else
        info.problem = QString::fromStdString(started.error().message);
    }
    QMetaObject::invokeMethod(this, [this, info, number] {
      if (number == m_numStarts) tell(info);
    });
  });
}

void ServerDesk::tell(const ui::ServerInfo& info) {
  m_info = info;
  Q_EMIT changed(m_info);
}

}  // namespace zipage
