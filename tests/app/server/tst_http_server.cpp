// Clients that are slow, huge, broken or gone, over real sockets: each gets an error or is let go, and nobody
// else notices.
#include <QElapsedTimer>
#include <QTest>
#include <atomic>
#include <memory>
#include <vector>

#include "app/server/http_server.h"
#include "tests/app/server/raw_client.h"

using namespace zipage;
using namespace zipage::test;

namespace {

/// Echoes bodies; short patience throughout.
class EchoServer {
 public:
  explicit EchoServer(ServerOptions options = {}) : m_options(std::move(options)) {
    m_options.port = 0;
    m_options.connection.headerTime = std::chrono::milliseconds(400);
    m_options.connection.bodyTime = std::chrono::milliseconds(600);
    m_options.connection.idleTime = std::chrono::milliseconds(150);
    m_options.connection.maxHeaderBytes = 16'384;
    m_options.maxBodyBytes = 100'000;
    m_server = std::make_unique<HttpServer>(m_options);
    m_server->onGet(
        "/open",
        [](Exchange& exchange) {
          answer(exchange, {{"open", true}});
        },
        false);
    m_server->onGet("/closed", [](Exchange& exchange) { answer(exchange, {{"open", false}}); });
    m_server->onPost("/echo", [](Exchange& exchange) { answer(exchange, {{"size", exchange.body.size()}}); });
    m_server->onPost("/throw", [](Exchange&) { throw std::runtime_error("secret"); });
    m_server->onPost("/wait", [this](Exchange& exchange) {
      ++waiting;
      while (exchange.isClientThere()) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      --waiting;
    });
    m_server->onGet("/stream", [this](Exchange& exchange) {
      answerWithEvents(exchange, [this](EventWriter& writer) {
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
        ++events;
        return writer.send({{"tick", true}});
      });
    });
    const auto started = m_server->start();
    if (!started) qFatal("%s", started.error().message.c_str());
  }

  int port() const { return m_server->port(); }
  void stop() { m_server->stop(); }

  std::atomic<int> waiting{0};
  std::atomic<int> events{0};

 private:
  ServerOptions m_options;
  std::unique_ptr<HttpServer> m_server;
};

int statusOf(const std::string& answer) {
  return answer.starts_with("HTTP/1.1 ") ? std::stoi(answer.substr(9, 3)) : 0;
}

std::string exchange(int port, const std::string& request) {
  RawClient client(port);
  client.send(request);
  return client.readAll(std::chrono::milliseconds(1500));
}

std::string getText(const std::string& path, const std::string& extra = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n" + extra + "\r\n";
}

}  // namespace

class TestHttpServer : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void requestsOnOneConnectionAreAnsweredInTurn() {
    EchoServer server;
    RawClient client(server.port());
    // Sent at once: the second lies in the same packet as the first.
    client.send(postText("/echo", "abc") + postText("/echo", "abcdef") + getText("/open"));
    const std::string answers = client.readAll(std::chrono::milliseconds(300));
    QVERIFY(answers.find("{\"size\":3}") < answers.find("{\"size\":6}"));
    QVERIFY2(answers.find("{\"open\":true}") != std::string::npos, answers.c_str());
  }

  void malformedRequestsGetAnErrorObject_data() {
    QTest::addColumn<QByteArray>("request");
    QTest::addColumn<int>("status");
    const auto row = [](const char* name, const std::string& request, int status) {
      QTest::newRow(name) << QByteArray::fromStdString(request) << status;
    };
    row("no HTTP", "hello\r\n\r\n", 400);
    row("another method", "BREW /echo HTTP/1.1\r\nHost: localhost\r\n\r\n", 400);
    row("nothing there", getText("/nothing"), 404);
    row("wrong method", postText("/open", ""), 404);
    row("no host", "GET /open HTTP/1.1\r\n\r\n", 400);
    row("another host", "GET /open HTTP/1.1\r\nHost: evil.example\r\n\r\n", 403);
    row("a page", getText("/open", "Origin: https://evil.example\r\n"), 403);
    row("a page from nowhere", getText("/open", "Origin: null\r\n"), 403);
    row("a form", postText("/echo", "--x\r\n", "Content-Type: multipart/form-data; boundary=x\r\n"), 415);
    row("a long address", getText("/" + std::string(9000, 'a')), 414);
    const std::string line = "X: " + std::string(7000, 'a') + "\r\n";
    row("large headers", getText("/open", line + line + line), 431);
    row(
        "many headers",
        [] {
          std::string lines;
          for (int i = 0; i < 4000; ++i) lines += "X: a\r\n";
          return getText("/open", lines);
        }(),
        431);
    row("a body that is too large", postText("/echo", std::string(200'000, 'a')), 413);
    row("a negative length", "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: -5\r\n\r\n", 0);
    row("an endpoint that fails", postText("/throw", "{}"), 500);
  }

  void malformedRequestsGetAnErrorObject() {
    QFETCH(QByteArray, request);
    QFETCH(int, status);
    EchoServer server;
    const std::string answer = exchange(server.port(), request.toStdString());
    const int got = statusOf(answer);
    if (status != 0)
      QCOMPARE(got, status);
    else
      QVERIFY2(got == 0 || (got >= 200 && got < 500), answer.c_str());
    if (got >= 400) QVERIFY2(answer.find("{\"error\":{\"message\":\"") != std::string::npos, answer.c_str());
    QVERIFY(answer.find("secret") == std::string::npos);
    QCOMPARE(statusOf(exchange(server.port(), getText("/open"))), 200);  // and it serves on
  }

  void chunkedBodiesAreCountedToo() {
    EchoServer server;
    const std::string head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
    const std::string chunk = "2710\r\n" + std::string(10'000, 'a') + "\r\n";
    const std::string small = exchange(server.port(), head + chunk + chunk + "0\r\n\r\n");
    QVERIFY2(small.find("{\"size\":20000}") != std::string::npos, small.c_str());
    std::string endless = head;
    for (int i = 0; i < 20; ++i) endless += chunk;
    QCOMPARE(statusOf(exchange(server.port(), endless + "0\r\n\r\n")), 413);
    QCOMPARE(statusOf(exchange(server.port(), head + "zz\r\nabc\r\n")), 400);
  }

  void aBodyThatIsRefusedIsNotTheNextRequest() {
    EchoServer server;
    RawClient client(server.port());
    client.send(postText("/echo", getText("/open"), "Origin: https://evil.example\r\n"));
    const std::string answers = client.readAll(std::chrono::milliseconds(800));
    QCOMPARE(statusOf(answers), 403);
    QVERIFY2(answers.find("\"open\"") == std::string::npos, answers.c_str());
  }

  void oneByteAtATimeIsTooSlow() {
    EchoServer server;
    for (const std::string& request : {getText("/open", "X: " + std::string(200, 'a') + "\r\n"),
                                       postText("/echo", std::string(100, 'a'))}) {
      const std::size_t quick = request.find("\r\n\r\n") + 4 == request.size() ? 0 : request.size() - 100;
      RawClient client(server.port());
      client.send(request.substr(0, quick));
      QElapsedTimer time;
      time.start();
      std::size_t sent = quick;
      while (sent < request.size() && time.elapsed() < 3000 && client.send(request.substr(sent, 1))) {
        ++sent;
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        if (client.hasNews()) break;
      }
      const std::string answer = client.readAll(std::chrono::milliseconds(1000));
      QVERIFY2(statusOf(answer) == 408, answer.c_str());
      QVERIFY(sent < request.size());
    }
  }

  void silentConnectionsAreLetGo() {
    EchoServer server;
    RawClient nothing(server.port());
    RawClient half(server.port());
    half.send("GET /open HTT");
    RawClient truncated(server.port());
    truncated.send(postText("/echo", std::string(50, 'a')).substr(0, 90));
    QTRY_VERIFY_WITH_TIMEOUT(nothing.hasNews(), 3000);
    QVERIFY(nothing.readAll().empty());
    QCOMPARE(statusOf(half.readAll()), 408);
    QCOMPARE(statusOf(truncated.readAll()), 408);
  }

  void aKeyOpensWhatNeedsOne() {
    ServerOptions options;
    options.keys = {"first-key", "second-key"};
    EchoServer server(options);
    QCOMPARE(statusOf(exchange(server.port(), getText("/open"))), 200);
    QCOMPARE(statusOf(exchange(server.port(), getText("/closed"))), 401);
    for (const char* wrong :
         {"Bearer first-kex", "Bearer ", "first-key", "Basic first-key", "Bearer first-key-"})
      QCOMPARE(statusOf(exchange(server.port(),
                                 getText("/closed", "Authorization: " + std::string(wrong) + "\r\n"))),
               401);
    for (const char* right : {"Bearer first-key", "bearer second-key"})
      QCOMPARE(statusOf(exchange(server.port(),
                                 getText("/closed", "Authorization: " + std::string(right) + "\r\n"))),
               200);
  }

  void onlyNamedPagesMayRead() {
    ServerOptions options;
    options.origins = {"https://chat.example"};
    options.hosts = {"box.example"};
    EchoServer server(options);
    const std::string allowed = exchange(server.port(), getText("/open", "Origin: https://chat.example\r\n"));
    QCOMPARE(statusOf(allowed), 200);
    QVERIFY(allowed.find("Access-Control-Allow-Origin: https://chat.example\r\n") != std::string::npos);
    QVERIFY(exchange(server.port(), getText("/open")).find("Access-Control") == std::string::npos);
    const std::string asked = exchange(
        server.port(), "OPTIONS /echo HTTP/1.1\r\nHost: localhost\r\nOrigin: https://chat.example\r\n\r\n");
    QCOMPARE(statusOf(asked), 204);
    QVERIFY(asked.find("Access-Control-Allow-Headers: Authorization") != std::string::npos);
    QCOMPARE(statusOf(exchange(server.port(), "GET /open HTTP/1.1\r\nHost: box.example:80\r\n\r\n")), 200);
    QCOMPARE(statusOf(exchange(server.port(), "GET /open HTTP/1.1\r\nHost: [::1]:80\r\n\r\n")), 200);
    const std::string own = "Origin: http://localhost\r\n";
    QCOMPARE(statusOf(exchange(server.port(), getText("/open", own))), 200);
  }

  void endpointsSeeThatAClientHasLeft() {
    EchoServer server;
    {
      RawClient client(server.port());
      client.send(postText("/wait", "{}"));
      QTRY_COMPARE(server.waiting.load(), 1);
    }
    QTRY_COMPARE_WITH_TIMEOUT(server.waiting.load(), 0, 1000);
    {
      RawClient client(server.port());
      client.send(getText("/stream"));
      QTRY_VERIFY(server.events.load() > 3);
    }
    QTest::qWait(100);
    const int events = server.events.load();
    QTest::qWait(100);
    QCOMPARE(server.events.load(), events);
  }

  void tooManyConnectionsAreSentAway() {
    ServerOptions options;
    options.maxConnections = 4;
    EchoServer server(options);
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 4; ++i) {
      clients.push_back(std::make_unique<RawClient>(server.port()));
      clients.back()->send(postText("/wait", "{}"));
    }
    QTRY_COMPARE(server.waiting.load(), 4);
    const std::string refused = exchange(server.port(), getText("/open"));
    QCOMPARE(statusOf(refused), 503);
    QVERIFY2(refused.find("Retry-After: 1\r\n") != std::string::npos, refused.c_str());
    clients.clear();
    QTRY_COMPARE(server.waiting.load(), 0);
    QTRY_COMPARE(statusOf(exchange(server.port(), getText("/open"))), 200);
  }

  void stoppingEndsEveryConnection() {
    EchoServer server;
    RawClient waits(server.port()), streams(server.port()), idle(server.port());
    waits.send(postText("/wait", "{}"));
    streams.send(getText("/stream"));
    QTRY_VERIFY(server.waiting.load() == 1 && server.events.load() > 0);
    QElapsedTimer time;
    time.start();
    server.stop();
    QVERIFY2(time.elapsed() < 2000, qPrintable(QString::number(time.elapsed())));
    QCOMPARE(server.waiting.load(), 0);
    QVERIFY(!RawClient(server.port()).isOpen());
  }

  void addressesThatCannotBeHadAreTold() {
    EchoServer first;
    ServerOptions options;
    options.port = first.port();
    HttpServer second(options);
    const auto started = second.start();
    QVERIFY(!started);
    QVERIFY2(started.error().message.find("in use") != std::string::npos, started.error().message.c_str());
    options.host = "0.0.0.0";
    HttpServer open(options);
    QCOMPARE(open.start().error().code, ErrorCode::InvalidArgument);
    options.host = "no such host.example";
    options.keys = {"key"};
    HttpServer nowhere(options);
    QCOMPARE(nowhere.start().error().code, ErrorCode::Io);
  }
};

QTEST_GUILESS_MAIN(TestHttpServer)
#include "tst_http_server.moc"
