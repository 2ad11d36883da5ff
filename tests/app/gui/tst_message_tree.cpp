// Versions beside each other, one branch shown, nothing lost by showing or removing.
#include <QTest>

#include "app/gui/message_tree.h"

using namespace zipage;

namespace {

MessageRecord message(std::uint64_t id, std::uint64_t parent, MessageRole role = MessageRole::User) {
  MessageRecord record;
  record.id = MessageId{id};
  record.parent = MessageId{parent};
  record.role = role;
  record.text = std::to_string(id);
  return record;
}

QString idsOf(const std::vector<const MessageRecord*>& messages) {
  QStringList ids;
  for (const MessageRecord* record : messages) ids << QString::number(record->id.value);
  return ids.join(' ');
}

/// 1 ─ 2 ─ 4 ─ 5
///   └ 3 ─ 6       and beside the first question another one, 7 ─ 8
MessageTree sampleTree(std::uint64_t tip = 0) {
  return MessageTree({message(1, 0), message(2, 1), message(3, 1), message(4, 2), message(5, 4),
                      message(6, 3), message(7, 0), message(8, 7)},
                     MessageId{tip});
}

}  // namespace

class TestMessageTree : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void withoutAChoiceTheNewestVersionsAreShown() {
    QCOMPARE(idsOf(sampleTree().branch()), QString("7 8"));
    QCOMPARE(idsOf(MessageTree().branch()), QString());
    QCOMPARE(MessageTree().tip(), MessageId{});
  }

  void theTipThatWasKeptIsShown() {
    QCOMPARE(idsOf(sampleTree(5).branch()), QString("1 2 4 5"));
    QCOMPARE(idsOf(sampleTree(99).branch()), QString("7 8"));
  }

  void showingAVersionComesBackToWhereItWasLeft() {
    MessageTree tree = sampleTree(5);
    tree.show(MessageId{3});
    QCOMPARE(idsOf(tree.branch()), QString("1 3 6"));
    tree.show(MessageId{2});
    QCOMPARE(idsOf(tree.branch()), QString("1 2 4 5"));
    QVERIFY(tree.isShown(MessageId{4}));
    QVERIFY(!tree.isShown(MessageId{3}));
    QVERIFY(!tree.isShown(MessageId{99}));
  }

  void versionsStandInTheirOrder() {
    const MessageTree tree = sampleTree();
    QCOMPARE(tree.versionsOf(MessageId{3}), (std::vector<MessageId>{MessageId{2}, MessageId{3}}));
    QCOMPARE(tree.versionsOf(MessageId{1}), (std::vector<MessageId>{MessageId{1}, MessageId{7}}));
    QVERIFY(tree.versionsOf(MessageId{99}).empty());
  }

  void aNewVersionIsShownAndTheOthersStay() {
    MessageTree tree = sampleTree(5);
    tree.add(message(9, 1));
    QCOMPARE(idsOf(tree.branch()), QString("1 9"));
    QCOMPARE(tree.versionsOf(MessageId{9}).size(), std::size_t(3));
    QCOMPARE(tree.numMessages(), std::size_t(9));
  }

  void removingShowsWhatStandsBesideAndComesBackWhole() {
    MessageTree tree = sampleTree(5);
    const auto removed = tree.remove(MessageId{2});
    QCOMPARE(removed.size(), std::size_t(3));
    QCOMPARE(idsOf(tree.branch()), QString("1 3 6"));
    QVERIFY(tree.find(MessageId{4}) == nullptr);
    tree.restore(removed);
    QCOMPARE(idsOf(tree.branch()), QString("1 2 4 5"));
    QCOMPARE(idsOf(tree.all()), idsOf(sampleTree().all()));
  }

  void removingTheOnlyVersionShowsItsParent() {
    MessageTree tree = sampleTree(5);
    tree.remove(MessageId{5});
    QCOMPARE(idsOf(tree.branch()), QString("1 2 4"));
    tree.remove(MessageId{1});
    QCOMPARE(idsOf(tree.branch()), QString("7 8"));
    tree.remove(MessageId{7});
    QVERIFY(tree.isEmpty());
    QVERIFY(tree.remove(MessageId{7}).empty());
  }

  void whatIsRemovedElsewhereLeavesTheShownBranch() {
    MessageTree tree = sampleTree(5);
    tree.remove(MessageId{7});
    QCOMPARE(idsOf(tree.branch()), QString("1 2 4 5"));
  }

  void parentsThatAreMissingOrGoInACircleMakeFirstMessages() {
    const MessageTree tree({message(1, 99), message(2, 3), message(3, 2), message(4, 4)}, {});
    QCOMPARE(tree.numMessages(), std::size_t(4));
    QCOMPARE(tree.all().size(), std::size_t(4));
    QCOMPARE(idsOf(tree.branchTo(MessageId{3})), QString("2 3"));
  }

  void aBranchOfTenThousandMessagesIsNoProblem() {
    std::vector<MessageRecord> messages;
    for (std::uint64_t id = 1; id <= 10'000; ++id) messages.push_back(message(id, id - 1));
    MessageTree tree(std::move(messages), {});
    QCOMPARE(tree.branch().size(), std::size_t(10'000));
    QCOMPARE(tree.remove(MessageId{2}).size(), std::size_t(9'999));
    QCOMPARE(tree.tip(), MessageId{1});
  }
};

QTEST_GUILESS_MAIN(TestMessageTree)
#include "tst_message_tree.moc"
