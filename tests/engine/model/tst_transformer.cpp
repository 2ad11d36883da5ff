// The forward pass against its definition in double precision, and that chunks, pages and neighbours change
// nothing.
#include <QTest>
#include <random>

#include "engine/model/model_loader.h"
#include "tests/support/paged_steps.h"
#include "tests/support/reference_transformer.h"
#include "tests/support/tiny_qwen.h"

using namespace zipage;
using namespace zipage::test;

namespace {

using Logits = std::vector<std::vector<float>>;

/// A model in memory, ready to run.
struct LoadedModel {
  explicit LoadedModel(const TinyQwen& shape, int numThreads = 2)
      : bytes(tinyQwenFile(shape).bytes()), device(*openDevice("cpu", {.numThreads = numThreads})) {
    file = *GgufFile::parse(zipage::test::bytesOf(bytes), "tiny.gguf");
    config = *readModelConfig(*file);
    weights = std::move(loadWeights(*file, config, *device)->weights);
  }

  Logits whole(const std::vector<int>& tokens) const {
    PagedSteps steps(*device, config, weights);
    TestSequence sequence = steps.sequence(3, 5, 12);
    return steps.run({{&sequence, tokens}});
  }

  std::string bytes;
  std::unique_ptr<Device> device;
  std::shared_ptr<const GgufFile> file;
  ModelConfig config;
  ModelWeights weights;
};

std::vector<int> randomTokens(int count, int vocabulary, unsigned seed) {
  std::mt19937 random(seed);
  std::vector<int> tokens(static_cast<std::size_t>(count));
  for (int& token : tokens) token = static_cast<int>(random() % static_cast<unsigned>(vocabulary));
  return tokens;
}

std::vector<int> slice(const std::vector<int>& tokens, std::size_t first, std::size_t last) {
  return {tokens.begin() + static_cast<std::ptrdiff_t>(first),
          tokens.begin() + static_cast<std::ptrdiff_t>(last)};
}

double errorAgainstReference(const TinyQwen& shape, int numTokens) {
  const LoadedModel model(shape);
  const auto tokens = randomTokens(numTokens, model.config.vocabularySize, 7);
  return relativeError(model.whole(tokens), ReferenceTransformer(*model.file, model.config).forward(tokens));
}

}  // namespace

class TestTransformer : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void logitsAreThoseOfTheDefinition_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("head");
    QTest::addColumn<int>("kvHeads");
    QTest::addColumn<bool>("tied");
    QTest::addColumn<double>("most");
    const auto add = [](const char* name, DataType type, int head, int kvHeads, bool tied, double most) {
      QTest::newRow(name) << static_cast<int>(type) << head << kvHeads << tied << most;
    };
    add("F32, heads of 18", DataType::F32, 18, 2, false, 1e-5);
    add("F32, heads of 16", DataType::F32, 16, 2, false, 1e-5);
    add("F32, heads of 16, one KV head", DataType::F32, 16, 1, false, 1e-5);
    add("F32, heads of 6, no sharing", DataType::F32, 6, 4, false, 1e-5);
    add("F32, tied", DataType::F32, 18, 2, true, 1e-5);
    add("BF16", DataType::BF16, 18, 2, true, 1e-5);
    add("F16", DataType::F16, 18, 2, false, 1e-5);
  }

  void logitsAreThoseOfTheDefinition() {
    QFETCH(int, type);
    QFETCH(int, head);
    QFETCH(int, kvHeads);
    QFETCH(bool, tied);
    QFETCH(double, most);
    TinyQwen shape;
    shape.type = static_cast<DataType>(type);
    shape.head = static_cast<std::uint32_t>(head);
    shape.kvHeads = static_cast<std::uint32_t>(kvHeads);
    shape.tied = tied;
    const double error = errorAgainstReference(shape, 33);
    QVERIFY2(error <= most, qPrintable(QString("relative error %1").arg(error)));
  }

  void quantisedWeightsStayNearTheirOwnDefinition() {
    // The device rounds activations to 8 bits as well: half a percent a product, and there are fifteen in a
    // row here.
    TinyQwen shape;
    shape.type = DataType::Q8_0;
    shape.feedForward = 96;
    shape.head = 32;
    const double error = errorAgainstReference(shape, 33);
    QVERIFY2(error > 0.0 && error <= 3e-2, qPrintable(QString("relative error %1").arg(error)));
  }

  void aPromptInChunksGivesTheSameBitsAsAWhole() {
    const LoadedModel model(TinyQwen{});
    const auto tokens = randomTokens(61, model.config.vocabularySize, 3);
    const Logits whole = model.whole(tokens);
    for (const std::size_t chunk : {1U, 7U, 8U, 9U, 40U}) {
      PagedSteps steps(*model.device, model.config, model.weights);
      TestSequence sequence = steps.sequence(60, 7, 8);
      Logits pieces;
      for (std::size_t first = 0; first < tokens.size(); first += chunk) {
        for (auto& row :
             steps.run({{&sequence, slice(tokens, first, std::min(first + chunk, tokens.size()))}})) {
          pieces.push_back(std::move(row));
        }
      }
      QVERIFY2(pieces == whole, qPrintable(QString("chunks of %1").arg(chunk)));
    }
  }

  void neighboursDoNotChangeARow() {
    const LoadedModel model(TinyQwen{});
    const auto tokens = randomTokens(30, model.config.vocabularySize, 4);
    const Logits alone = model.whole(tokens);

    PagedSteps steps(*model.device, model.config, model.weights);
    TestSequence before = steps.sequence(0, 1, 4);
    TestSequence ours = steps.sequence(20, 1, 4);
    TestSequence after = steps.sequence(40, 1, 4);
    const auto others = randomTokens(30, model.config.vocabularySize, 5);
    Logits together;
    const std::vector<std::size_t> cuts = {0, 17, 18, 19, 30};
    for (std::size_t step = 0; step + 1 < cuts.size(); ++step) {
      const auto part = slice(tokens, cuts[step], cuts[step + 1]);
      const std::size_t numBefore = 1 + step;
      const Logits rows = steps.run(
          {{&before, slice(others, 0, numBefore)}, {&ours, part}, {&after, slice(others, 3, 5 + step)}});
      const auto first = rows.begin() + static_cast<std::ptrdiff_t>(numBefore);
      together.insert(together.end(), first, first + static_cast<std::ptrdiff_t>(part.size()));
    }
    QVERIFY(together == alone);
  }

  void theNumberOfThreadsDoesNotChangeARow() {
    const auto tokens = randomTokens(50, 37, 6);
    QVERIFY(LoadedModel(TinyQwen{}, 1).whole(tokens) == LoadedModel(TinyQwen{}, 3).whole(tokens));
  }

  void onlyTheRowsAskedForComeBackAndInThatOrder() {
    const LoadedModel model(TinyQwen{});
    const auto tokens = randomTokens(9, model.config.vocabularySize, 8);
    const Logits all = model.whole(tokens);
    PagedSteps steps(*model.device, model.config, model.weights);
    const std::vector<std::int32_t> ids(tokens.begin(), tokens.end());
    std::vector<std::int32_t> positions, queryRows(9, -1);
    for (int i = 0; i < 9; ++i) positions.push_back(i);
    const std::vector<std::int32_t> queryStart = {0, 9}, physical = {9}, table = {0, 1};
    PagedBatch batch{9,
                     1,
                     2,
                     ids.data(),
                     positions.data(),
                     positions.data(),
                     queryRows.data(),
                     queryStart.data(),
                     physical.data(),
                     table.data()};
    const std::vector<std::int32_t> rows = {8, 2};
    const auto stream = model.device->createStream();
    const auto some =
        steps.fetch(steps.transformer()->forward(*stream, batch, steps.kv(), {}, rows.data(), 2));
    QVERIFY((some == Logits{all[8], all[2]}));
    QVERIFY(!steps.transformer()->forward(*stream, batch, steps.kv(), {}, nullptr, 0));
  }

  void positionsOfTheTokensAreStoredInEveryLayerAndHead() {
    const LoadedModel model(TinyQwen{});
    PagedSteps steps(*model.device, model.config, model.weights);
    TestSequence sequence = steps.sequence(9, 3, 4);
    steps.run({{&sequence, randomTokens(13, model.config.vocabularySize, 9)}});
    const PagedKv& kv = steps.kv();
    for (int layer = 0; layer < kv.numLayers; ++layer) {
      for (int head = 0; head < kv.kvHeads; ++head) {
        for (int token = 0; token < 13; ++token) {
          const int page = sequence.pages[static_cast<std::size_t>(token / kv.pageTokens)];
          const std::size_t slot =
              kv.slotIndex(layer, page, head) + static_cast<std::size_t>(token % kv.pageTokens);
          QCOMPARE(kv.positions[slot], token);
          QCOMPARE(kv.scores[slot], 0.0F);
        }
      }
    }
  }

  void noRoomForATokenIsRefused() {
    const LoadedModel model(TinyQwen{});
    QVERIFY(!Transformer::create(*model.device, model.config, model.weights, 0, 1));
    QVERIFY(!Transformer::create(*model.device, model.config, model.weights, 1, 0));
  }

  void theRotationIsTheOneOfTheConfig() {
    const LoadedModel model(TinyQwen{});
    PagedSteps steps(*model.device, model.config, model.weights);
    const Rope rope = steps.transformer()->rope();
    QCOMPARE(rope.inverseFrequencies[0], 1.0F);
    QCOMPARE(rope.inverseFrequencies[1], static_cast<float>(std::pow(1e6, -2.0 / 18)));
    QCOMPARE(steps.transformer()->attentionScale(), 1.0F / std::sqrt(18.0F));
    QVERIFY(steps.transformer()->workspaceBytes() > 0);
  }
};

QTEST_GUILESS_MAIN(TestTransformer)
#include "tst_transformer.moc"
