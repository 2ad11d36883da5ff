#include <QTest>

#include "tests/ui/snapshots.h"
#include "ui/indicators/context_ring.h"
#include "ui/indicators/context_use.h"

using namespace zipage;
using namespace zipage::ui;

namespace {

MessageItem reply(qint64 prompt, qint64 generated) {
  MessageItem item;
  item.id = 1;
  item.role = Role::Assistant;
  item.promptTokens = prompt;
  item.generatedTokens = generated;
  return item;
}

GenerationSettings settings(MemoryPolicy policy) {
  GenerationSettings made;
  made.policy = policy;
  made.budgetTokens = 32;
  made.periodTokens = 16;
  return made;
}

QString valueOf(const ContextUse& use, const QString& name) {
  for (const auto& [key, value] : contextRows(use)) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace

class TestContextUse : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void pagesHeldAndTokensLiveAreTwoNumbers() {
    // Two pages of 16 tokens, one of them half full.
    const auto pool = snapshotOf("Aa__");
    const ContextUse use =
        contextUseOf(pool.get(), OwnerId{1}, reply(10, 14), settings(MemoryPolicy::Full), 0);
    QCOMPARE(use.pagesHeld, 2);
    QCOMPARE(use.tokensLive, 24);
    QCOMPARE(use.limitTokens, 64);
    QCOMPARE(use.share(), 24.0 / 64.0);
    QVERIFY(valueOf(use, QStringLiteral("Tokens live")).contains(QStringLiteral("24")));
    QVERIFY(valueOf(use, QStringLiteral("Pages held")).startsWith(QStringLiteral("2 ")));
  }

  void otherChatsDoNotCount() {
    const auto pool = snapshotOf("AABB");
    QCOMPARE(contextUseOf(pool.get(), OwnerId{2}, {}, {}, 0).pagesHeld, 2);
    QCOMPARE(contextUseOf(pool.get(), OwnerId{}, {}, {}, 0).pagesHeld, 0);
  }

  void theRingIsAmberAt80AndRedAt95() {
    const auto pool = snapshotOf("____________________");  // 320 tokens
    const auto levelAt = [&](qint64 tokens) {
      return contextUseOf(pool.get(), OwnerId{1}, reply(tokens, 0), settings(MemoryPolicy::Full), 0).level();
    };
    QCOMPARE(levelAt(255), ContextUse::Level::Calm);
    QCOMPARE(levelAt(256), ContextUse::Level::Amber);
    QCOMPARE(levelAt(303), ContextUse::Level::Amber);
    QCOMPARE(levelAt(304), ContextUse::Level::Red);
  }

  void aBudgetIsNoWall() {
    const auto pool = snapshotOf("AAA_____");
    const ContextUse use =
        contextUseOf(pool.get(), OwnerId{1}, reply(1000, 1000), settings(MemoryPolicy::Budget), 0);
    QCOMPARE(use.limitTokens, 48);
    QCOMPARE(use.share(), 1.0);
    QCOMPARE(use.level(), ContextUse::Level::Calm);
  }

  void theLengthAModelWasMadeForIsAWallForEveryChat() {
    const auto pool = snapshotOf("AAA_____");
    QCOMPARE(
        contextUseOf(pool.get(), OwnerId{1}, reply(900, 60), settings(MemoryPolicy::Budget), 1000).level(),
        ContextUse::Level::Red);
    QCOMPARE(contextUseOf(nullptr, OwnerId{1}, reply(850, 0), settings(MemoryPolicy::Full), 1000).level(),
             ContextUse::Level::Amber);
  }

  void withoutAModelNothingIsFull() {
    const ContextUse use = contextUseOf(nullptr, OwnerId{1}, {}, {}, 0);
    QCOMPARE(use.share(), 0.0);
    QCOMPARE(use.level(), ContextUse::Level::Calm);
  }

  void theRingSpeaksAndOpensItsNumbers() {
    ContextRing ring;
    ring.setUse(
        contextUseOf(snapshotOf("AA__").get(), OwnerId{1}, reply(20, 12), settings(MemoryPolicy::Full), 0));
    QVERIFY(ring.accessibleName().contains(QStringLiteral("50")));
    ring.show();
    ring.click();
    const auto* popup = ring.findChild<QWidget*>(QStringLiteral("contextBreakdown"));
    QVERIFY(popup != nullptr);
    QVERIFY(popup->isVisible());
  }
};

QTEST_MAIN(TestContextUse)
#include "tst_context_use.moc"
