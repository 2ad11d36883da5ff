// Which chats are listed, by filter and by search, and that views are told properly.
#include <QAbstractItemModelTester>
#include <QTest>

#include "ui/chats/chat_filter_model.h"
#include "ui/chats/chat_list_model.h"

using namespace zipage::ui;

class TestChatFilterModel : public QObject {
  Q_OBJECT

 private:
  ChatListModel m_chats;
  ChatFilterModel m_listed{m_chats};
  QAbstractItemModelTester m_tester{&m_listed, QAbstractItemModelTester::FailureReportingMode::QtTest};

  static ChatItem chat(qint64 id, int daysAgo) {
    ChatItem item;
    item.id = id;
    item.title = QStringLiteral("Chat %1").arg(id);
    item.updated = QDateTime(QDate::currentDate(), QTime(0, 0)).addDays(-daysAgo);
    return item;
  }

  static ChatHit hit(qint64 chatId) {
    ChatHit found;
    found.chatId = chatId;
    found.messageId = 100 + chatId;
    found.snippet = QStringLiteral("some words");
    found.matches = {QPoint(5, 5)};
    return found;
  }

  QVector<qint64> listed() const {
    QVector<qint64> ids;
    for (int row = 0; row < m_listed.rowCount(); ++row) ids << m_listed.chatAt(row);
    return ids;
  }

 private Q_SLOTS:
  void init() {
    ChatItem pinned = chat(1, 40), thought = chat(2, 3), running = chat(3, 0);
    pinned.isPinned = true;
    pinned.models = {QStringLiteral("Qwen")};
    thought.hasReasoning = true;
    running.state = ChatState::Thinking;
    running.models = {QStringLiteral("Demo"), QStringLiteral("Qwen")};
    m_listed.setFilter({});
    m_listed.clearHits();
    m_chats.setChats({running, thought, pinned});
  }

  void eachFilterLetsItsOwnThrough() {
    QCOMPARE(listed(), QVector<qint64>({1, 3, 2}));
    ChatFilter filter;
    filter.isPinned = true;
    m_listed.setFilter(filter);
    QCOMPARE(listed(), QVector<qint64>({1}));
    filter = {};
    filter.hasReasoning = true;
    m_listed.setFilter(filter);
    QCOMPARE(listed(), QVector<qint64>({2}));
    filter = {};
    filter.isRunning = true;
    m_listed.setFilter(filter);
    QCOMPARE(listed(), QVector<qint64>({3}));
    filter = {};
    filter.lastDays = 7;
    m_listed.setFilter(filter);
    QCOMPARE(listed(), QVector<qint64>({3, 2}));
    filter.model = QStringLiteral("Qwen");
    m_listed.setFilter(filter);
    QCOMPARE(listed(), QVector<qint64>({3}));
  }

  void aSearchListsWhatWasFoundAndWhere() {
    m_listed.setHits({hit(2), hit(99)});
    QCOMPARE(listed(), QVector<qint64>({2}));
    QCOMPARE(m_listed.hitAt(0)->messageId, 102);
    QCOMPARE(m_listed.rowOf(1), -1);
    m_listed.setHits({});
    QCOMPARE(m_listed.rowCount(), 0);
    m_listed.clearHits();
    QCOMPARE(m_listed.rowCount(), 3);
    QVERIFY(m_listed.hitAt(0) == nullptr);
  }

  void chatsComeAndGoAsTheyChange() {
    ChatFilter filter;
    filter.isRunning = true;
    m_listed.setFilter(filter);
    m_chats.update(chat(3, 0));
    QCOMPARE(m_listed.rowCount(), 0);
    ChatItem started = chat(2, 3);
    started.state = ChatState::Waiting;
    m_chats.update(started);
    QCOMPARE(listed(), QVector<qint64>({2}));
    m_chats.remove(2);
    QCOMPARE(m_listed.rowCount(), 0);
  }
};

QTEST_MAIN(TestChatFilterModel)
#include "tst_chat_filter_model.moc"
