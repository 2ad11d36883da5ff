// What is said of memory before loading, against what is then allocated.
#include <QTest>

#include "app/common/model_session.h"
#include "engine/runtime/memory_estimate.h"

using namespace zipage;

class TestMemoryEstimate : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theEstimateIsWhatIsAllocated_data() {
    QTest::addColumn<QByteArray>("model");
    QTest::addColumn<int>("poolTokens");
    QTest::addColumn<int>("pageTokens");
    QTest::addColumn<int>("maxSequences");
    const QByteArray demo = QByteArray(ZIPAGE_SOURCE_DIR) + "/resources/model/zipage-demo.gguf";
    QTest::newRow("demo") << demo << 16384 << 32 << 64;
    QTest::newRow("demo, one chat") << demo << 1000 << 16 << 1;
    QTest::newRow("more chats than batch tokens") << demo << 4096 << 64 << 600;
    QTest::newRow("synthetic") << QByteArray("synthetic:tiny:q4_k_m") << 2048 << 256 << 8;
  }
  void theEstimateIsWhatIsAllocated() {
    QFETCH(QByteArray, model);
    QFETCH(int, poolTokens);
    QFETCH(int, pageTokens);
    QFETCH(int, maxSequences);
    SessionOptions options;
    options.model = model.toStdString();
    options.device = "cpu";
    options.numThreads = 1;
    options.pool.poolTokens = poolTokens;
    options.pool.pageTokens = pageTokens;
    options.pool.maxSequences = maxSequences;
    options.pool.maxQuerySlots = maxSequences;
    const auto session = ModelSession::open(options);
    QVERIFY2(session, session ? "" : session.error().message.c_str());
    const auto estimate = estimateMemory((*session)->model().config, options.pool, DataType::F32);
    QVERIFY(estimate);
    QCOMPARE(estimate->poolBytes, (*session)->poolBytes());
    QCOMPARE(estimate->workspaceBytes, (*session)->workspaceBytes());
    QCOMPARE(estimate->bytesPerToken * static_cast<std::size_t>(pageTokens),
             static_cast<std::size_t>((*session)->limits().bytesPerPage));
  }

  void aPoolThatCannotBeIsAnError() {
    ModelConfig config;
    config.numLayers = config.kvHeads = config.queryHeads = 1;
    config.headDim = 64;
    PoolOptions options;
    options.pageTokens = 33;
    QVERIFY(!estimateMemory(config, options, DataType::F32));
  }
};

QTEST_GUILESS_MAIN(TestMemoryEstimate)
#include "tst_memory_estimate.moc"
