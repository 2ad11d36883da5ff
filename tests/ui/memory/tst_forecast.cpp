// What is said of the future of a chat's memory.
#include <QTest>

#include "tests/ui/snapshots.h"
#include "ui/memory/forecast.h"

using namespace zipage;
using namespace zipage::ui;

class TestForecast final : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void aBoundedChatIsToldWhenItIsCompressed() {
    auto snapshot = snapshotOf("AAa___");  // 40 of 16-token pages
    SequenceSnapshot& chat = snapshot->sequences.front();
    chat.policy = MemoryPolicy::Budget;
    chat.budgetTokens = 32;
    chat.capacityTokens = 64;
    const QString text = forecastText(*snapshot, OwnerId{1});
    QVERIFY2(text.contains(QStringLiteral("In 24 tokens")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("32 of 64")), qPrintable(text));
    chat.pinnedTokens = 5;
    QVERIFY(forecastText(*snapshot, OwnerId{1}).contains(QStringLiteral("5 of them are pinned")));
  }

  void othersAreToldHowMuchRoomThereIs() {
    auto snapshot = snapshotOf("AAaBB_");  // one free page, half of one
    QVERIFY(forecastText(*snapshot, OwnerId{1}).contains(QStringLiteral("room for 24 more")));
    snapshot->sequences.front().policy = MemoryPolicy::Auto;
    snapshot->sequences.front().budgetTokens = 16;
    QVERIFY(forecastText(*snapshot, OwnerId{1}).contains(QStringLiteral("keeps 16")));
  }

  void pinsSayWhatTheyCost() {
    auto snapshot = snapshotOf("AAa___");
    SequenceSnapshot& chat = snapshot->sequences.front();
    const RequestId request = chat.request;
    QVERIFY(pinCostText(snapshot.get(), request, 8).contains(QStringLiteral("cost nothing")));
    chat.policy = MemoryPolicy::Budget;
    chat.budgetTokens = 32;
    snapshot->bytesPerPage = 16 * 1024;
    const QString text = pinCostText(snapshot.get(), request, 8);
    QVERIFY2(text.contains(QStringLiteral("25 % of its budget of 32")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("8 KiB")), qPrintable(text));
    QCOMPARE(pinCostText(nullptr, request, 8), pinCostText(snapshot.get(), RequestId{99}, 8));
  }

  void whoIsInHostMemoryIsToldSo() {
    auto snapshot = snapshotOf("A_");
    snapshot->sequences.front().state = SequenceState::Swapped;
    QVERIFY(forecastText(*snapshot, OwnerId{1}).contains(QStringLiteral("host memory")));
  }

  void whoHoldsNothingIsToldNothing() { QVERIFY(forecastText(*snapshotOf("A_"), OwnerId{9}).isEmpty()); }
};

QTEST_MAIN(TestForecast)
#include "tst_forecast.moc"
