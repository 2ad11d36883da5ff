// A program killed while it writes: this test starts itself as the writer, kills it (SIGKILL) and opens what
// is left.
#include <signal.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QProcess>
#include <cstdio>

#include "engine/store/store_thread.h"
#include "tests/engine/store/store_fixture.h"

using namespace zipage;
using namespace zipage::testing;

namespace {

constexpr int kWaitMs = 60'000;

void say(const std::string& line) {
  std::puts(line.c_str());
  std::fflush(stdout);
}

std::unique_ptr<SessionStore> openOrExit(const char* file) {
  auto store = SessionStore::open(file);
  if (!store) std::exit(3);
  return std::move(*store);
}

/// A text whose every byte depends on its place, so that a mixture of two versions would show.
std::string textOfLength(std::size_t length) {
  std::string text(length, ' ');
  for (std::size_t i = 0; i < length; ++i)
    text[i] = i % 7 == 6 ? ' ' : static_cast<char>('a' + (i / 7 + i) % 26);
  return text;
}

/// Streams a reply until it is killed, and says after each flush how much of it is on the disk.
[[noreturn]] void streamForever(const char* file) {
  StoreThread thread(openOrExit(file), {});
  thread.saveChat(chatRecord(1, "streaming"));
  for (std::size_t length = 0;; length += 700) {
    thread.saveMessage(messageRecord(2, 1, textOfLength(length), MessageState::Streaming));
    thread.saveMessage(messageRecord(3 + length, 1, "finished", MessageState::Complete));
    if (length % 2100 != 0) continue;
    thread.flush();
    say(std::to_string(length));
  }
}

/// Writes inside a transaction that it never commits.
[[noreturn]] void writeWithoutCommit(const char* file) {
  const auto store = openOrExit(file);
  if (!store->saveChat(chatRecord(1, "committed"))) std::exit(4);
  if (!store->saveMessage(messageRecord(2, 1, "committed", MessageState::Streaming))) std::exit(4);
  if (!store->begin() || !store->saveChat(chatRecord(1, "not committed"))) std::exit(4);
  // More than the page cache takes, so that pages of the open transaction reach the log.
  for (std::uint64_t id = 2; id < 40; ++id) {
    if (!store->saveMessage(messageRecord(id, 1, std::string(200'000, 'n')))) std::exit(4);
  }
  say("written");
  while (true) ::pause();
}

}  // namespace

class TestStoreKill : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<StoreFolder>(); }

  void cleanup() { QCOMPARE(integrityOf(m_folder->file()), std::string("ok")); }

  void whatWasFlushedSurvivesAKillWhileStreaming_data() {
    QTest::addColumn<int>("flushes");
    for (const int flushes : {1, 2, 5, 13, 40}) QTest::addRow("after %d flushes", flushes) << flushes;
  }

  void whatWasFlushedSurvivesAKillWhileStreaming() {
    QFETCH(int, flushes);
    const QByteArrayList lines = runUntil("--stream", flushes);
    QVERIFY(lines.size() >= flushes);
    const auto flushed = static_cast<std::size_t>(lines.last().toLongLong());
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    const auto messages = messagesOf(*store, 1);
    QVERIFY(messages.size() >= 2);
    QCOMPARE(messages[0].state, MessageState::Interrupted);
    QVERIFY(messages[0].text.size() >= flushed);
    QVERIFY(messages[0].text == textOfLength(messages[0].text.size()));
    for (std::size_t i = 1; i < messages.size(); ++i) QCOMPARE(messages[i].state, MessageState::Complete);
    QVERIFY(messages.back().id.value >= 3 + flushed);
  }

  void whatWasNotCommittedIsAsIfItNeverWas() {
    QCOMPARE(runUntil("--write", 1), QByteArrayList{"written"});
    const std::filesystem::path log = m_folder->file().string() + "-wal";
    QVERIFY2(std::filesystem::file_size(log) > 1'000'000, "the open transaction did not reach the disk");
    const auto store = m_folder->open();
    QVERIFY(store != nullptr);
    QCOMPARE(store->chats()->front().title, std::string("committed"));
    QCOMPARE(onlyMessage(*store, 1).text, std::string("committed"));
    QCOMPARE(onlyMessage(*store, 1).state, MessageState::Interrupted);
  }

 private:
  /// Starts the writer, kills it once it has said `numLines` lines; all that it said.
  QByteArrayList runUntil(const QString& mode, int numLines) {
    QProcess writer;
    writer.start(QCoreApplication::applicationFilePath(),
                 {mode, QString::fromStdString(m_folder->file().string())});
    QByteArray said;
    while (said.count('\n') < numLines && writer.waitForReadyRead(kWaitMs))
      said += writer.readAllStandardOutput();
    writer.kill();
    writer.waitForFinished(kWaitMs);
    said += writer.readAllStandardOutput();
    said.truncate(said.lastIndexOf('\n'));
    return said.split('\n');
  }

  std::unique_ptr<StoreFolder> m_folder;
};

int main(int argc, char** argv) {
  const std::string mode = argc == 3 ? argv[1] : "";
  if (mode == "--stream") streamForever(argv[2]);
  if (mode == "--write") writeWithoutCommit(argv[2]);
  QCoreApplication application(argc, argv);
  TestStoreKill test;
  return QTest::qExec(&test, argc, argv);
}

#include "tst_store_kill.moc"
