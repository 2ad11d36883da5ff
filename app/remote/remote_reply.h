// One reply of an engine elsewhere, as it arrives.
#pragma once

#include <QNetworkReply>
#include <QObject>
#include <QPointer>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "app/common/event_stream_parser.h"

namespace zipage {

/// How it ended, and what the endpoint says of it; 0: nothing.
struct RemoteOutcome {
  QString problem;          // why it is not whole; empty: it is
  bool isCutShort = false;  // at the limit of its tokens
  qint64 promptTokens = 0;
  qint64 cachedTokens = 0;
  qint64 generatedTokens = 0;
  qint64 reasoningTokens = 0;
  qint64 compressions = 0;
  qint64 tokensEvicted = 0;
  qint64 peakPages = 0;
};

class RemoteReply final : public QObject {
  Q_OBJECT

 public:
  /// Takes the network's reply over. `host`: for words.
  RemoteReply(QNetworkReply* network, QString host, QObject* parent);

  /// Nothing more is said of it.
  void abandon();

 Q_SIGNALS:
  void grew(const QString& reasoning, const QString& answer);
  /// The last word.
  void ended(const zipage::RemoteOutcome& outcome);

 private:
  void read();
  void takeEvent(const std::string& event);
  void takeChoice(const nlohmann::ordered_json& choice);
  void finish();
  QString networkProblem() const;

  QPointer<QNetworkReply> m_network;
  QString m_host;
  EventStreamParser m_parser;
  QByteArray m_body;  // of an answer that is no stream
  RemoteOutcome m_outcome;
  bool m_isStream = false;
  bool m_isDone = false;  // the endpoint has said its last
};

/// What an endpoint says in an error's body, or the status; for people.
QString remoteErrorText(int status, const QByteArray& body);

}  // namespace zipage

Q_DECLARE_METATYPE(zipage::RemoteOutcome)
