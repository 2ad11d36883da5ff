// Where an engine elsewhere is, and which of its models is meant: written as one path, so that it stands
// among the models that were opened like any file.
#pragma once

#include <QString>
#include <QUrl>
#include <optional>

namespace zipage {

struct RemoteAddress {
  QUrl base;      // "http://gpu.example:8000/v1", without a slash at its end
  QString model;  // as the endpoint calls it

  /// "remote:http://gpu.example:8000/v1#model"
  QString path() const;
  /// "gpu.example:8000"
  QString host() const;
  bool operator==(const RemoteAddress&) const = default;
};

/// Nothing for the path of a file.
std::optional<RemoteAddress> remoteAddressOf(const QString& path);

/// What somebody typed as an address: http:// is added where there is no scheme, /v1 where there is no path.
/// Nothing where it is no address of a web server.
std::optional<QUrl> remoteBaseFrom(const QString& text);

/// The address of an endpoint below the base, or beside it: `/metrics` lies beside `/v1`.
QUrl endpointOf(const QUrl& base, const QString& path);
QUrl besideBase(const QUrl& base, const QString& path);

}  // namespace zipage
