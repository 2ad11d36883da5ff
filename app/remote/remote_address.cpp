#include "app/remote/remote_address.h"

namespace zipage {

namespace {

const QString kScheme = QStringLiteral("remote:");
const QString kVersion = QStringLiteral("/v1");

}  // namespace

QString RemoteAddress::path() const { return kScheme + base.toString() + QLatin1Char('#') + model; }

QString RemoteAddress::host() const {
  return base.port() < 0 ? base.host() : base.host() + QLatin1Char(':') + QString::number(base.port());
}

std::optional<RemoteAddress> remoteAddressOf(const QString& path) {
  const qsizetype hash = path.indexOf(QLatin1Char('#'));
  if (!path.startsWith(kScheme) || hash < 0) return std::nullopt;
  const QUrl base(path.mid(kScheme.size(), hash - kScheme.size()), QUrl::StrictMode);
  const QString model = path.mid(hash + 1);
  if (!base.isValid() || base.host().isEmpty() || model.isEmpty()) return std::nullopt;
  return RemoteAddress{base, model};
}

std::optional<QUrl> remoteBaseFrom(const QString& text) {
  const QString trimmed = text.trimmed();
  const bool hasScheme = trimmed.contains(QLatin1String("://"));
  QUrl base(hasScheme ? trimmed : QStringLiteral("http://") + trimmed, QUrl::StrictMode);
  const bool isWeb = base.scheme() == QLatin1String("http") || base.scheme() == QLatin1String("https");
  if (!base.isValid() || !isWeb || base.host().isEmpty() || base.hasQuery() || base.hasFragment() ||
      !base.userInfo().isEmpty())
    return std::nullopt;
  QString path = base.path();
  while (path.endsWith(QLatin1Char('/'))) path.chop(1);
  base.setPath(path.isEmpty() ? kVersion : path);
  return base;
}

QUrl endpointOf(const QUrl& base, const QString& path) {
  QUrl url = base;
  url.setPath(base.path() + path);
  return url;
}

QUrl besideBase(const QUrl& base, const QString& path) {
  QUrl url = base;
  QString folder = base.path();
  if (folder.endsWith(kVersion)) folder.chop(kVersion.size());
  url.setPath(folder + path);
  return url;
}

}  // namespace zipage
