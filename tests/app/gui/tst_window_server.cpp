// labels: timed
// The server behind the window's switch: what clients ask of it runs on the engine of the chats and is seen
// among them.
#include <QCheckBox>
#include <QElapsedTimer>
#include <QLineEdit>
#include <QTcpServer>
#include <algorithm>
#include <random>
#include <thread>

#include "tests/app/gui/open_window.h"
#include "ui/preferences/server_page.h"
#include "ui/preferences/settings_dialog.h"

#include <httplib.h>

using namespace zipage;
using namespace zipage::test;

namespace {

std::string chatBody(bool streams, int maxTokens, const char* text = "What is 17 + 25?") {
  const Json body = {{"messages", Json::array({{{"role", "user"}, {"content", text}}})},
                     {"temperature", 0},
                     {"stream", streams},
                     {"max_tokens", maxTokens}};
  return textOf(body);
}

struct HttpReply {
  int status = 0;
  std::string body;
};

/// Asks on a thread of its own while the window lives on.
HttpReply ask(int port, const std::string& body, const std::string& key = {}) {
  HttpReply reply;
  std::atomic<bool> isDone{false};
  std::thread client([&] {
    httplib::Client http("127.0.0.1", port);
    http.set_read_timeout(120);
    if (!key.empty()) http.set_bearer_token_auth(key);
    if (const auto result = http.Post("/v1/chat/completions", body, "application/json")) {
      reply = {result->status, result->body};
    }
    isDone = true;
  });
  QElapsedTimer time;
  time.start();
  while (!isDone && time.elapsed() < kAnswerMs) QTest::qWait(10);
  client.join();
  return reply;
}

int freePort() {
  QTcpServer server;
  if (!server.listen(QHostAddress::LocalHost)) qFatal("no port is free");
  return server.serverPort();
}

}  // namespace

class TestWindowServer : public QObject {
  Q_OBJECT

 private:
  std::unique_ptr<Profile> m_profile;

  static void switchOn(OpenWindow& open, int port) {
    ui::Preferences preferences;
    preferences.serverPort = port;
    open.window().setPreferences(preferences);
    open.part<QCheckBox>("serverSwitch").setChecked(true);
    QTRY_VERIFY(!open.part<QLineEdit>("serverAddress").text().isEmpty());
  }

 private Q_SLOTS:
  void init() { m_profile = std::make_unique<Profile>(); }

  void clientsAreServedAndSeen() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const int port = freePort();
    switchOn(open, port);
    QCOMPARE(open.part<QLineEdit>("serverAddress").text(),
             QStringLiteral("http://127.0.0.1:%1/v1").arg(port));
    const auto& field = open.part<QLabel>("serverField");
    QTRY_COMPARE(field.text(), QStringLiteral("Server at 127.0.0.1:%1").arg(port));
    QVERIFY(!field.isHidden());
    int mostClients = 0;
    QObject::connect(
        &open.application.host(), &EngineHost::snapshotTaken, &open.window(),
        [&](const std::shared_ptr<const CacheSnapshot>& snapshot) {
          if (snapshot == nullptr) return;
          const auto isClient = [](const SequenceSnapshot& s) { return s.owner == kOtherPrograms; };
          mostClients =
              std::max(mostClients, static_cast<int>(std::count_if(snapshot->sequences.begin(),
                                                                   snapshot->sequences.end(), isClient)));
        });
    const HttpReply reply = ask(port, chatBody(false, 400));
    QCOMPARE(reply.status, 200);
    QVERIFY2(reply.body.find("42") != std::string::npos, reply.body.c_str());
    QCOMPARE(mostClients, 1);
    QTRY_COMPARE(open.window().memory().liveNameOf(kOtherPrograms), QStringLiteral("Other programs"));
    const auto& trails = open.window().memory().liveHistory().trails();
    QVERIFY(std::any_of(trails.begin(), trails.end(),
                        [](const auto& entry) { return entry.second.owner == kOtherPrograms; }));

    // Switched off in the middle of a reply: its client is told, and nothing stays behind.
    std::thread client([&] {
      httplib::Client http("127.0.0.1", port);
      http.set_read_timeout(60);
      http.Post("/v1/chat/completions", chatBody(true, 3000), "application/json");
    });
    QTRY_COMPARE(open.application.host().served()->numOpen(), 1);
    open.part<QCheckBox>("serverSwitch").setChecked(false);
    QTRY_VERIFY(open.part<QLineEdit>("serverAddress").text().isEmpty());
    QTRY_VERIFY(field.isHidden());
    client.join();
    QCOMPARE(ask(port, chatBody(false, 5)).status, 0);
    QTRY_COMPARE(open.application.host().served()->numOpen(), 0);
  }

  void aKeyKeepsStrangersOut() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const int port = freePort();
    switchOn(open, port);
    open.part<ui::SettingsDialog>().show();
    auto& page = open.part<ui::ServerPage>();
    for (QCheckBox* box : page.findChildren<QCheckBox*>()) {
      if (box->text().contains(QStringLiteral("key"))) box->setChecked(true);
    }
    auto& key = open.part<QLineEdit>("serverKey");
    QTRY_VERIFY(key.text().startsWith(QStringLiteral("zp-")));
    QTRY_VERIFY(!open.part<QLineEdit>("serverAddress").text().isEmpty());
    const std::string first = key.text().toStdString();
    QCOMPARE(ask(port, chatBody(false, 3)).status, 401);
    QCOMPARE(ask(port, chatBody(false, 3), first).status, 200);
    const QFile file(m_profile->path(QStringLiteral("config/server.key")));
    QCOMPARE(file.permissions() & (QFileDevice::ReadGroup | QFileDevice::ReadOther),
             QFileDevice::Permissions());
    Q_EMIT page.keyRenewRequested();
    QTRY_VERIFY(!key.text().isEmpty() && key.text().toStdString() != first);
    QTRY_VERIFY(!open.part<QLineEdit>("serverAddress").text().isEmpty());
    QCOMPARE(ask(port, chatBody(false, 3), first).status, 401);
  }

  void aPortThatIsTakenIsTold() {
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    OpenWindow open;
    ui::Preferences preferences;
    preferences.serverPort = other.serverPort();
    open.window().setPreferences(preferences);
    open.part<QCheckBox>("serverSwitch").setChecked(true);
    QTRY_VERIFY(open.part<QLabel>("serverState").text().contains(QStringLiteral("in use")));
  }

  void aModelThatSleepsIsWoken() {
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const int port = freePort();
    switchOn(open, port);
    open.application.host().unload();
    QCOMPARE(open.application.host().model().state, ui::ModelInfo::State::Asleep);
    QCOMPARE(ask(port, chatBody(false, 3)).status, 200);
    QVERIFY(open.isReady());
  }

  // Mixed lengths and policies, a third of the clients leave in the middle. ZIPAGE_LOAD_SECONDS: for longer.
  void manyClientsLeaveTheWindowItsFrames() {
    constexpr int kClients = 200;
    const int seconds = std::max(6, qEnvironmentVariableIntValue("ZIPAGE_LOAD_SECONDS"));
    OpenWindow open;
    QTRY_VERIFY_WITH_TIMEOUT(open.isReady(), kLoadMs);
    const int port = freePort();
    switchOn(open, port);
    std::atomic<bool> ends{false};
    std::atomic<int> finished{0}, left{0}, failed{0};
    std::vector<std::thread> clients;
    const auto ask = [&](unsigned seed) {
      std::mt19937 random(seed);
      httplib::Client http("127.0.0.1", port);
      http.set_read_timeout(120);
      while (!ends) {
        const bool leaves = random() % 3 == 0;
        static constexpr const char* kPolicies[] = {"full", "budget", "auto", "grow"};
        Json body = Json::parse(chatBody(leaves || random() % 2 == 0, 5 + static_cast<int>(random() % 60)));
        body["kv_policy"] = kPolicies[random() % 4];
        body["kv_budget"] = 64;
        body["kv_period"] = 32;
        httplib::Request request;
        request.method = "POST";
        request.path = "/v1/chat/completions";
        request.body = textOf(body);
        request.content_receiver = [&](const char*, std::size_t, std::uint64_t, std::uint64_t) {
          return !leaves;
        };
        const auto result = http.send(request);
        ++(result && result->status == 200 ? finished : leaves ? left : failed);
      }
    };
    for (int c = 0; c < kClients; ++c) clients.emplace_back(ask, static_cast<unsigned>(c + 1));
    std::vector<double> gaps;
    QElapsedTimer sinceFrame;
    QTimer frames;
    frames.setTimerType(Qt::PreciseTimer);
    QObject::connect(&frames, &QTimer::timeout, &open.window(), [&] {
      if (sinceFrame.isValid()) gaps.push_back(static_cast<double>(sinceFrame.nsecsElapsed()) / 1e6);
      sinceFrame.start();
    });
    frames.start(16);
    QTest::qWait(1000 * seconds);
    frames.stop();
    ends = true;
    for (std::thread& client : clients) client.join();
    std::sort(gaps.begin(), gaps.end());
    const double p50 = gaps[gaps.size() / 2], p95 = gaps[gaps.size() * 95 / 100], most = gaps.back();
    qInfo(
        "%d clients, %d s: %d replies, %d left by their client; a timer of 16 ms came after ms: p50 %.1f, "
        "p95 %.1f, "
        "p99 %.1f, most %.1f",
        kClients, seconds, finished.load(), left.load(), p50, p95, gaps[gaps.size() * 99 / 100], most);
    QCOMPARE(failed.load(), 0);
    QVERIFY(finished > 10);
    QVERIFY2(p95 < 100.0, "the GUI thread waits for nobody");
    QTRY_COMPARE_WITH_TIMEOUT(open.application.host().served()->numOpen(), 0, 20'000);
    QTRY_COMPARE(open.application.host().served()->metrics().running, 0);
    QTRY_COMPARE(open.application.host().served()->metrics().pagesHeld, 0);
  }
};

QTEST_MAIN(TestWindowServer)
#include "tst_window_server.moc"
