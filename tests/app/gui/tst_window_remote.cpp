// The window on an engine in another process: our own server, killed and restarted in the middle of a reply,
// and endpoints that answer as no engine does.
#include <QLineEdit>
#include <QListWidget>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>

#include "app/remote/remote_facts.h"
#include "tests/app/gui/open_window.h"
#include "ui/models/model_picker.h"
#include "ui/models/remote_dialog.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// zipage-cli serve in a process of its own.
class Server {
 public:
  /// `port` 0: any.
  explicit Server(int port, const QStringList& further = {}) {
    m_process.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    m_process.start(QStringLiteral(ZIPAGE_CLI),
                    QStringList{"serve", "--device", "cpu", "--threads", "1", "--no-prefixes", "--port",
                                QString::number(port)} +
                        further);
    if (!QTest::qWaitFor([&] { return m_process.canReadLine(); }, 60'000))
      qFatal("the server does not start");
    m_address = QString::fromUtf8(m_process.readLine()).trimmed();
  }
  ~Server() { kill(); }
  void kill() {
    m_process.kill();
    m_process.waitForFinished();
  }
  QString address() const { return m_address; }
  int port() const { return QUrl(m_address).port(); }

 private:
  QProcess m_process;
  QString m_address;
};

/// An endpoint that says what it is told to, to everybody.
class Puppet {
 public:
  explicit Puppet(QByteArray answer) : m_answer(std::move(answer)) {
    QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
      QTcpSocket* socket = m_server.nextPendingConnection();
      QObject::connect(socket, &QTcpSocket::readyRead, socket, [this, socket] {
        const QByteArray request = socket->readAll();
        const QByteArray list = R"({"data": [{"id": "puppet"}]})";
        const bool asksForModels = request.startsWith("GET /v1/models");
        socket->write(asksForModels
                          ? "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " +
                                QByteArray::number(list.size()) + "\r\n\r\n" + list
                          : m_answer);
        if (!asksForModels) socket->disconnectFromHost();
      });
    });
    if (!m_server.listen(QHostAddress::LocalHost)) qFatal("no port is free");
  }
  QString address() const { return QStringLiteral("http://127.0.0.1:%1/v1").arg(m_server.serverPort()); }

 private:
  QByteArray m_answer;
  QTcpServer m_server;
};

QByteArray stream(const QByteArray& events) {
  return "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n" + events;
}

}  // namespace

class TestWindowRemote : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Profile> m_profile;

  /// As a person does it: the address, the key, the list, the first model.
  static void use(OpenWindow& open, const QString& address, const QString& key = {}) {
    auto& dialog = open.part<ui::RemoteDialog>();
    dialog.open();
    dialog.findChild<QLineEdit*>(QStringLiteral("remoteAddress"))->setText(address);
    dialog.findChild<QLineEdit*>(QStringLiteral("remoteKey"))->setText(key);
    Q_EMIT dialog.findChild<QLineEdit*>(QStringLiteral("remoteAddress"))->textEdited(address);
    auto* models = dialog.findChild<QListWidget*>(QStringLiteral("remoteModels"));
    auto* ask = dialog.findChild<QPushButton*>(QStringLiteral("remoteAsk"));
    ask->click();
    QTRY_VERIFY_WITH_TIMEOUT(models->count() > 0, 15'000);
    dialog.findChild<QPushButton*>(QStringLiteral("remoteUse"))->click();
    QTRY_VERIFY_WITH_TIMEOUT(open.application.host().isRemote(), 15'000);
  }

  static void ask(OpenWindow& open, const QString& text) { open.application.chats().send(open.chat(), text); }

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void aChatGoesThere() {
    Server server(0);
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    use(open, server.address());
    QVERIFY(!open.isReady());
    QTest::qWait(100);  // whatever the engine before still had to say
    QVERIFY(!open.part<QLabel>("pool").isVisible());
    QCOMPARE(open.application.host().model().name, QStringLiteral("zipage-demo"));
    open.window().findChild<QAction*>(QStringLiteral("chooseModel"))->trigger();
    QCOMPARE(open.window().modelPicker().chosenPath(), open.application.host().model().path);
    open.window().modelPicker().close();
    ask(open, QString::fromLatin1(kQuestion));
    QTRY_COMPARE_WITH_TIMEOUT(open.last().state, ui::ReplyState::Complete, kAnswerMs);
    const ui::MessageItem reply = open.last();
    QVERIFY2(reply.text.contains(QStringLiteral("37")), qPrintable(reply.text));
    QVERIFY(!reply.reasoning.isEmpty() && reply.reasoningTokens > 0 && reply.reasoningMs > 0);
    QVERIFY(reply.generatedTokens > 0 && reply.promptTokens > 0 && reply.firstTokenMs > 0);
    QCOMPARE(reply.model, QStringLiteral("zipage-demo"));
    // The inspector says what the endpoint says, and what it cannot know.
    auto& words = open.part<QLabel>("memoryEmpty");
    QTRY_VERIFY_WITH_TIMEOUT(words.text().contains(QStringLiteral("Tokens generated")), 10'000);
    QVERIFY(words.text().contains(QStringLiteral("cannot be seen")));

    // A second turn, another version of it, and the way back to the model that is here.
    ask(open, QStringLiteral("Now add 5 to it."));
    QTRY_COMPARE_WITH_TIMEOUT(open.last().state, ui::ReplyState::Complete, kAnswerMs);
    const qint64 second = open.last().id;
    open.application.chats().commandMessage(open.chat(), second, ui::MessageCommand::Regenerate);
    QTRY_VERIFY_WITH_TIMEOUT(open.last().id != second && open.last().state == ui::ReplyState::Complete,
                             kAnswerMs);
    QCOMPARE(open.last().numVersions, 2);
    open.application.host().load({});
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    QVERIFY(!open.application.host().isRemote());
    ask(open, QStringLiteral("What is 2 + 2?"));
    QTRY_COMPARE_WITH_TIMEOUT(open.last().state, ui::ReplyState::Complete, kAnswerMs);
  }

  void aReplyCanBeStopped() {
    Server server(0);
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    use(open, server.address());
    ask(open, QString::fromLatin1(kQuestion));
    QTRY_VERIFY_WITH_TIMEOUT(open.last().reasoning.size() > 20, kAnswerMs);
    open.application.chats().stop(open.chat());
    QCOMPARE(open.last().state, ui::ReplyState::Stopped);
    const QString kept = open.last().reasoning;
    QVERIFY(!kept.isEmpty());
    QTest::qWait(300);
    QCOMPARE(open.last().reasoning, kept);
    // And gone on with.
    open.application.chats().commandMessage(open.chat(), open.last().id, ui::MessageCommand::Continue);
    QTRY_COMPARE_WITH_TIMEOUT(open.last().state, ui::ReplyState::Complete, kAnswerMs);
    QVERIFY2(open.last().reasoning.startsWith(kept) && open.last().text.contains(QStringLiteral("37")),
             qPrintable(open.last().reasoning + open.last().text));
  }

  void aServerThatDiesInTheMiddleLeavesWhatHadCome() {
    auto server = std::make_unique<Server>(0);
    const int port = server->port();
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    use(open, server->address());
    ask(open, QString::fromLatin1(kQuestion));
    QTRY_VERIFY_WITH_TIMEOUT(open.last().reasoning.size() > 20, kAnswerMs);
    server->kill();
    QTRY_COMPARE(open.last().state, ui::ReplyState::Failed);
    QVERIFY2(open.last().error.contains(QStringLiteral("broke off")), qPrintable(open.last().error));
    const QString kept = open.last().reasoning;
    QVERIFY(kept.size() > 20);
    // Nobody there: told, at once.
    const qint64 failed = open.last().id;
    open.application.chats().commandMessage(open.chat(), failed, ui::MessageCommand::Regenerate);
    QTRY_VERIFY(open.last().id != failed && open.last().state == ui::ReplyState::Failed);
    QVERIFY2(open.last().error.contains(QStringLiteral("cannot be reached")), qPrintable(open.last().error));
    // Restarted at the same place: the next try works, with nothing else to do.
    server = std::make_unique<Server>(port);
    const qint64 again = open.last().id;
    open.application.chats().commandMessage(open.chat(), again, ui::MessageCommand::Regenerate);
    QTRY_VERIFY_WITH_TIMEOUT(open.last().id != again && open.last().state == ui::ReplyState::Complete,
                             kAnswerMs);
    QVERIFY(open.last().text.contains(QStringLiteral("37")));
  }

  void itIsThereAgainAtTheNextStart() {
    QFile keys(m_profile->path(QStringLiteral("server-keys")));
    QVERIFY(keys.open(QIODevice::WriteOnly));
    keys.write("the-key\n");
    keys.close();
    keys.setPermissions(QFileDevice::ReadOwner | QFileDevice::WriteOwner);
    Server server(0, {"--api-key-file", keys.fileName()});
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
      use(open, server.address(), QStringLiteral("the-key"));
    }
    const QFile kept(m_profile->path(QStringLiteral("config/remote.keys")));
    QVERIFY(kept.exists());
    QCOMPARE(kept.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
             QFileDevice::Permissions());
    {
      OpenWindow open;
      QTRY_VERIFY_WITH_TIMEOUT(open.application.host().isRemote(), kLoadMs);
      ask(open, QStringLiteral("What is 17 + 25?"));
      QTRY_COMPARE_WITH_TIMEOUT(open.last().state, ui::ReplyState::Complete, kAnswerMs);
    }
    server.kill();
    OpenWindow open;
    QTRY_VERIFY(open.problem().isVisible());
    QVERIFY2(open.problem().text().contains(QStringLiteral("cannot be used")),
             qPrintable(open.problem().text()));
  }

  void oddEndpointsAreTold_data() {
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("text");
    QTest::newRow("its own error") << QByteArray(
                                          "HTTP/1.1 500 No\r\nContent-Type: application/json\r\n\r\n"
                                          "{\"error\": {\"message\": \"out of pages\"}}")
                                   << QStringLiteral("out of pages") << QString();
    QTest::newRow("no key") << QByteArray("HTTP/1.1 401 No\r\n\r\n") << QStringLiteral("key") << QString();
    QTest::newRow("a web page") << QByteArray("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html>")
                                << QStringLiteral("does not answer as an engine") << QString();
    QTest::newRow("no HTTP") << QByteArray("hello") << QStringLiteral("127.0.0.1") << QString();
    QTest::newRow("an error in the stream") << stream(
                                                   "data: {\"choices\": [{\"delta\": {\"content\": \"It "
                                                   "is\"}}]}\n\ndata: {\"error\": {\"message\": "
                                                   "\"it broke\"}}\n\n")
                                            << QStringLiteral("it broke") << QStringLiteral("It is");
    QTest::newRow("nonsense in the stream")
        << stream(
               "data: {\"choices\": 5}\n\ndata: [\n\ndata: {\"choices\": [{\"delta\": {\"content\": 7}}]}\n\n"
               "data: {\"choices\": [{\"delta\": null, \"finish_reason\": 3}], \"usage\": [], \"timings\": "
               "\"\"}\n\n"
               "data: {\"choices\": [{\"delta\": {\"content\": \"Yes.\"}, \"finish_reason\": \"stop\"}]}\n\n")
        << QString() << QStringLiteral("Yes.");
    QTest::newRow("reasoning in the answer")
        << stream(
               "data: {\"choices\": [{\"delta\": {\"content\": \"<think>Hm\"}}]}\n\ndata: {\"choices\": "
               "[{\"delta\": {\"content\": \".</think>\\n\\n4\"}}]}\n\ndata: [DONE]\n\n")
        << QString() << QStringLiteral("4");
  }

  void oddEndpointsAreTold() {
    QFETCH(QByteArray, answer);
    QFETCH(QString, error);
    QFETCH(QString, text);
    Puppet puppet(answer);
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    use(open, puppet.address());
    ask(open, QStringLiteral("What is 2 + 2?"));
    QTRY_VERIFY(!ui::isRunning(open.last().state) && open.messages().rowCount() == 2);
    QCOMPARE(open.last().state, error.isEmpty() ? ui::ReplyState::Complete : ui::ReplyState::Failed);
    QVERIFY2(open.last().error.contains(error), qPrintable(open.last().error));
    QCOMPARE(open.last().text, text);
  }

  void figuresAreReadByTheirNames() {
    const QStringList lines = remoteFactsIn(QStringLiteral(
        "# HELP vllm:num_requests_running x\nvllm:num_requests_running{model_name=\"a}b\"} 3.0\n"
        "vllm:num_requests_running{model_name=\"c\"} 2\nvllm:kv_cache_usage_perc{x=\"1\"} "
        "0.255\nnonsense\n{} {}\n"));
    QCOMPARE(lines,
             (QStringList{QStringLiteral("Requests running: 5"), QStringLiteral("KV cache in use: 25.5 %")}));
    QVERIFY(remoteFactsIn(QStringLiteral("<html>")).isEmpty());
  }
};

QTEST_MAIN(TestWindowRemote)
#include "tst_window_remote.moc"
