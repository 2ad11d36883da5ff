// An engine that runs elsewhere, behind an endpoint of the OpenAI API's form. Everything comes by signals;
// nothing is asked of the network until somebody opens one. GUI thread.
#pragma once

#include <QNetworkAccessManager>
#include <QObject>
#include <QStringList>
#include <QTimer>
#include <optional>

#include "app/remote/remote_address.h"
#include "app/remote/remote_keys.h"
#include "app/remote/remote_reply.h"
#include "app/remote/remote_request.h"

namespace zipage {

/// What an endpoint serves, or why it does not say.
struct RemoteModels {
  QStringList ids;
  bool isZipage = false;  // it is this program
  int contextLength = 0;  // of the first; 0: not said
  QString problem;
};

class RemoteEngine final : public QObject {
  Q_OBJECT

 public:
  explicit RemoteEngine(RemoteKeys keys, QObject* parent = nullptr);

  /// modelsListed() follows, with the same address.
  void listModels(const QUrl& base, const QString& key);
  const RemoteKeys& keys() const { return m_keys; }

  /// Uses this one from now on; nothing: none.
  void use(std::optional<RemoteAddress> address, bool isZipage = false);
  bool isOpen() const { return m_address.has_value(); }
  const RemoteAddress& address() const { return *m_address; }
  bool isZipage() const { return m_isZipage; }
  /// The reply belongs to the caller's parent. REQUIRES: isOpen()
  RemoteReply* ask(const RemoteQuestion& question, QObject* parent);
  /// While it is true and one is open, factsChanged() comes every few seconds.
  void setWatched(bool watched);

 Q_SIGNALS:
  void modelsListed(const QUrl& base, const zipage::RemoteModels& models);
  /// Lines, for people; empty: there is nothing to tell, or none is open.
  void factsChanged(const QStringList& lines);

 private:
  QNetworkRequest requestFor(const QUrl& url, const QString& key) const;
  void askForFacts();
  void watch();

  RemoteKeys m_keys;
  QNetworkAccessManager m_network;
  std::optional<RemoteAddress> m_address;
  bool m_isZipage = false;
  bool m_isWatched = true;
  QTimer m_facts;
};

}  // namespace zipage

Q_DECLARE_METATYPE(zipage::RemoteModels)
