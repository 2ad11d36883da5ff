// A session of the program, as its stores see it: replies that stream, questions that are edited, chats that
// are thrown away and taken back, prefixes that are written and read. It goes on until it is killed and says,
// line by line, what has been shown as saved.
#pragma once

#include <csignal>
#include <cstdio>
#include <map>
#include <random>
#include <set>

#include <QCoreApplication>
#include <QProcess>

#include "engine/store/prefix_store.h"
#include "engine/store/store_thread.h"
#include "tests/engine/store/prefix_fixture.h"

namespace zipage::testing {

inline constexpr int kKillWaitMs = 60'000;

/// A text whose every byte depends on its place and its message, so that a mixture of two would show.
inline std::string killText(std::uint64_t message, std::size_t length) {
  std::string text(length, ' ');
  for (std::size_t i = 0; i < length; ++i)
    text[i] = i % 9 == 8 ? ' ' : static_cast<char>('a' + (i / 9 + i + message) % 26);
  return text;
}

inline PrefixStoreOptions killPrefixOptions(const std::filesystem::path& folder) {
  PrefixStoreOptions options;
  options.folder = folder / "kv";
  options.budgetBytes = std::int64_t{24} << 20;  // so that some must go for others
  options.reserveBytes = 0;
  return options;
}

/// The session in its own process. It never comes to an end by itself.
class KillSession {
 public:
  explicit KillSession(const std::filesystem::path& folder)
      : m_prefixes(killPrefixOptions(folder)), m_storage(m_prefixes.storageFor(prefixModel())) {
    auto store = SessionStore::open(folder / "zipage.db");
    if (!store) std::exit(3);
    m_nextId = (*store)->nextId().value_or(0);
    m_random.seed(static_cast<std::uint32_t>(m_nextId));
    m_store = std::make_unique<StoreThread>(std::move(*store), [](const Error&) { std::exit(4); });
  }

  [[noreturn]] void play() {
    while (true) {
      const std::uint64_t chat = m_nextId++;
      m_store->saveChat(chatRecord(chat, "a chat"));
      std::uint64_t parent = 0;
      for (int turn = 0; turn < 4; ++turn) parent = playTurn(chat, parent);
      // Thrown away, taken back.
      m_store->deleteChat(ChatId{chat});
      m_store->restoreChat(ChatId{chat});
    }
  }

 private:
  std::uint64_t playTurn(std::uint64_t chat, std::uint64_t parent) {
    const std::uint64_t question = m_nextId++, edited = m_nextId++, reply = m_nextId++;
    save(question, chat, parent, 300, MessageState::Complete);
    save(edited, chat, parent, 350, MessageState::Complete);  // the question in another version
    for (std::size_t length = 100; length < 2000; length += 100 + m_random() % 400) {
      save(reply, chat, edited, length, MessageState::Streaming);
      if (m_random() % 2 == 0) flush();
      keepPrefixes(chat);
    }
    save(reply, chat, edited, 2000, MessageState::Complete);
    m_store->deleteMessages({MessageId{question}});
    m_store->restoreMessages({MessageId{question}});
    flush();
    return reply;
  }

  void save(std::uint64_t id, std::uint64_t chat, std::uint64_t parent, std::size_t length,
            MessageState state) {
    MessageRecord message = messageRecord(id, chat, killText(id, length), state);
    message.parent = MessageId{parent};
    m_store->saveMessage(message);
    m_unsaid[id] = length;
  }

  /// What was posted is on the disk: it may be shown as saved.
  void flush() {
    m_store->flush();
    for (const auto& [id, length] : m_unsaid)
      std::printf("%llu %zu\n", static_cast<unsigned long long>(id), length);
    std::fflush(stdout);
    m_unsaid.clear();
  }

  void keepPrefixes(std::uint64_t chain) {
    const ChainPage page =
        chainPage(prefixModel(), chain % 100'000, m_numPages[chain]++, 100'000 + m_random() % 50'000);
    m_storage->write(OwnerId{chain}, page.key, page.page);
    m_storage->noteLookup({OwnerId{chain}, page.page.tokens, {page.key}, 4, 4, 4, 0, PrefixLoss::None});
    m_storage->fetch(page.key);
    m_storage->collect();
  }

  PrefixStore m_prefixes;
  std::unique_ptr<PrefixStorage> m_storage;
  std::unique_ptr<StoreThread> m_store;
  std::uint64_t m_nextId = 1;
  std::map<std::uint64_t, std::size_t> m_unsaid;      // lengths of messages, by id
  std::map<std::uint64_t, std::uint64_t> m_numPages;  // by chain
  std::mt19937 m_random;
};

/// Plays, kills, looks; again and again in the same folder.
class KillRun {
 public:
  explicit KillRun(std::uint32_t seed) : m_random(seed) {}

  /// Empty, or what was wrong after which kill.
  QString play(int numKills) {
    for (int kill = 1; kill <= numKills; ++kill) {
      if (const QString wrong = playAndKill(); !wrong.isEmpty())
        return QStringLiteral("after kill %1: %2").arg(kill).arg(wrong);
    }
    std::printf(
        "%d kills, %zu messages shown as saved, %zu of them longer than shown, %zu prefixes at the end\n",
        numKills, m_said.size(), m_numLonger, m_numPrefixes);
    return m_said.empty() || m_numPrefixes == 0 ? QStringLiteral("nothing happened") : QString();
  }

 private:
  std::filesystem::path path() const { return m_folder.path().toStdString(); }

  QString playAndKill() {
    QProcess session;
    session.start(QCoreApplication::applicationFilePath(), {"--session", m_folder.path()});
    QByteArray said;
    while (!said.contains('\n') && session.waitForReadyRead(kKillWaitMs))
      said += session.readAllStandardOutput();
    // Anywhere in what follows.
    session.waitForFinished(static_cast<int>(m_random() % 120));
    if (session.state() != QProcess::Running)
      return QStringLiteral("the session ended by itself: %1").arg(session.exitCode());
    session.kill();
    session.waitForFinished(kKillWaitMs);
    said += session.readAllStandardOutput();
    said.truncate(said.lastIndexOf('\n'));
    for (const QByteArray& line : said.split('\n')) {
      const QByteArrayList parts = line.split(' ');
      if (parts.size() == 2) m_said[parts[0].toULongLong()] = parts[1].toULongLong();
    }
    const QString wrong = lookAtChats();
    return wrong.isEmpty() ? lookAtPrefixes() : wrong;
  }

  QString lookAtChats() {
    std::map<std::uint64_t, std::size_t> found;
    {
      const auto store = SessionStore::open(path() / "zipage.db");
      if (!store) return QString::fromStdString(store.error().message);
      const auto chats = (*store)->chats();
      if (!chats) return QString::fromStdString(chats.error().message);
      for (const ChatRecord& chat : *chats) {
        for (const MessageRecord& message : messagesOf(**store, chat.id.value)) {
          if (message.text != killText(message.id.value, message.text.size()))
            return QStringLiteral("a text is mixed");
          if (message.state == MessageState::Streaming) return QStringLiteral("a message still streams");
          found[message.id.value] = message.text.size();
        }
      }
    }
    if (const std::string integrity = integrityOf(path() / "zipage.db"); integrity != "ok")
      return QString::fromStdString(integrity);
    m_numLonger = 0;
    for (const auto& [id, length] : m_said) {
      const auto message = found.find(id);
      // One between its deletion and its restoration lies in the trash, from where it can be had.
      if (message == found.end() && !isInTrash(id)) return QStringLiteral("message %1 is missing").arg(id);
      if (message != found.end() && message->second < length)
        return QStringLiteral("message %1 is shorter than was shown").arg(id);
      m_numLonger += message != found.end() && message->second > length ? 1 : 0;
    }
    return {};
  }

  bool isInTrash(std::uint64_t id) const {
    const auto database = Database::open(path() / "zipage.db");
    return database &&
           database->queryInteger(
                       "SELECT count(*) FROM messages JOIN chats ON chats.id = chat WHERE messages.id = " +
                       std::to_string(id) +
                       " AND (messages.deleted_ms IS NOT NULL OR chats.deleted_ms IS NOT NULL)")
                   .value_or(0) == 1;
  }

  QString lookAtPrefixes() {
    KnownPrefixes known;
    auto shelf = PrefixShelf::open(killPrefixOptions(path()), known);
    if (!shelf) return QString::fromStdString(shelf.error().message);
    if (const PrefixReport report = (*shelf)->report(); !report.problem.empty())
      return QString::fromStdString(report.problem);
    std::set<PrefixKey> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path() / "kv" / "files")) {
      if (entry.is_directory()) continue;
      const auto key = keyFromText(entry.path().stem().string());
      if (!key || !known.has(*key)) return QStringLiteral("an orphan is left: %1").arg(entry.path().c_str());
      files.insert(*key);
      if (!(*shelf)->read(*key).prefix)
        return QStringLiteral("a prefix is damaged: %1").arg(entry.path().c_str());
    }
    m_numPrefixes = files.size();
    shelf->reset();
    auto database = Database::open(path() / "kv" / "prefixes.db");
    if (!database) return QString::fromStdString(database.error().message);
    if (database->queryText("PRAGMA integrity_check").value_or("") != "ok")
      return QStringLiteral("the catalog is damaged");
    if (database->queryInteger("SELECT count(*) FROM prefixes").value_or(-1) != std::int64_t(files.size()))
      return QStringLiteral("the catalog has entries without files");
    const auto sum =
        database->queryInteger("SELECT (SELECT bytes FROM totals) - (SELECT total(bytes) FROM prefixes)");
    return sum.value_or(1) == 0 ? QString() : QStringLiteral("the sum of all bytes is wrong");
  }

  QTemporaryDir m_folder;
  std::mt19937 m_random;
  std::map<std::uint64_t, std::size_t> m_said;  // lengths that were shown as saved, by message
  std::size_t m_numLonger = 0, m_numPrefixes = 0;
};

}  // namespace zipage::testing
