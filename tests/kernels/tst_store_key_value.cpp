#include <QtTest>

#include "tests/kernels/kernel_test_support.h"

using namespace zipage;
using namespace zipage::test;

namespace {

constexpr int kLayers = 2;
constexpr int kLayer = 1;
constexpr int kQueryHeads = 6;
constexpr int kKvHeads = 2;
constexpr int kPageTokens = 16;
constexpr int kPages = 4;
constexpr int kWindowTokens = 5;

struct Options {
  DataType type = DataType::F32;
  int headDim = 64;
  bool norms = true;
  bool rotates = true;
  RopeStyle style = RopeStyle::HalfSplit;
  float magnitude = 1.0F;
};

/// One step of five tokens at far-apart positions, written to scattered slots; tokens 1 and 3 own query
/// slots.
struct Step {
  explicit Step(const Options& options)
      : options(options),
        pool(options.type, kLayers, kPages, kKvHeads, kPageTokens, options.headDim),
        queries(random.normals(static_cast<std::size_t>(5 * kQueryHeads * options.headDim))),
        keys(random.normals(static_cast<std::size_t>(5 * kKvHeads * options.headDim))),
        values(random.normals(keys.size())),
        queryGain(random.normals(static_cast<std::size_t>(options.headDim))),
        keyGain(random.normals(static_cast<std::size_t>(options.headDim))),
        before(queries) {
    for (int i = 0; i < options.headDim / 2; ++i) {
      frequencies.push_back(static_cast<float>(std::pow(10000.0, -2.0 * i / options.headDim)));
    }
    window.type = isQuantised(options.type) ? DataType::F32 : options.type;
    window.numLayers = kLayers;
    window.numQuerySlots = 3;
    window.windowTokens = kWindowTokens;
    window.queryHeads = kQueryHeads;
    window.headDim = options.headDim;
    windowBytes.assign(window.rowBytes() * kLayers * 3 * kWindowTokens, std::byte{0xFF});
    window.queries = windowBytes.data();
  }

  void run(const TestDevice& device) {
    PagedBatch batch;
    batch.numTokens = 5;
    batch.positions = positions.data();
    batch.targetSlots = slots.data();
    batch.queryRows = queryRows.data();
    device->storeKeyValue(device.queue(),
                          {.queries = matrix(queries, 5),
                           .keys = matrix(keys, 5),
                           .values = matrix(values, 5),
                           .queryGain = options.norms ? matrix(queryGain, 1) : TensorView{},
                           .keyGain = options.norms ? matrix(keyGain, 1) : TensorView{},
                           .epsilon = 1e-6F,
                           .rope = {.inverseFrequencies = options.rotates ? frequencies.data() : nullptr,
                                    .magnitude = options.magnitude,
                                    .style = options.style},
                           .layer = kLayer,
                           .batch = batch,
                           .kv = pool.kv,
                           .window = window});
  }

  std::vector<double> expectedHead(const float* head, const std::vector<float>& gain, int token) const {
    auto values64 = decode(DataType::F32, head, static_cast<std::size_t>(options.headDim));
    if (options.norms) {
      const double factor = 1.0 / std::sqrt(dot(values64, values64) / options.headDim + 1e-6);
      for (std::size_t i = 0; i < values64.size(); ++i) values64[i] *= factor * gain[i];
    }
    if (!options.rotates) return values64;
    const auto half = static_cast<std::size_t>(options.headDim / 2);
    for (std::size_t i = 0; i < half; ++i) {
      const bool split = options.style == RopeStyle::HalfSplit;
      double& x = values64[split ? i : 2 * i];
      double& y = values64[split ? i + half : 2 * i + 1];
      const double angle = static_cast<double>(positions[static_cast<std::size_t>(token)]) * frequencies[i];
      const double turned = (x * std::cos(angle) - y * std::sin(angle)) * options.magnitude;
      y = (x * std::sin(angle) + y * std::cos(angle)) * options.magnitude;
      x = turned;
    }
    return values64;
  }

  Options options;
  Random random{3};
  TestPool pool;
  std::vector<float> queries, keys, values, queryGain, keyGain, before, frequencies;
  QueryWindow window;
  std::vector<std::byte> windowBytes;
  std::vector<std::int32_t> positions = {0, 7, 1031, 99999, 12};
  std::vector<std::int32_t> slots = {0, 17, 63, 40, 5};
  std::vector<std::int32_t> queryRows = {-1, 2 * kWindowTokens + 4, -1, 1, -1};
};

double toleranceOf(DataType type) {
  if (type == DataType::Q8_0) return 1e-2;
  return type == DataType::F32 ? 1e-6 : type == DataType::F16 ? 4e-4 : 3e-3;
}

}  // namespace

class TestStoreKeyValue : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void everyFormMatchesTheDefinition_data() {
    QTest::addColumn<int>("type");
    QTest::addColumn<int>("headDim");
    QTest::addColumn<bool>("norms");
    QTest::addColumn<bool>("rotates");
    QTest::addColumn<bool>("interleaved");
    for (const DataType type : {DataType::F32, DataType::F16, DataType::BF16, DataType::Q8_0}) {
      for (const int headDim : {64, 80, 96, 128, 256}) {
        if (headDim % layoutOf(type).elementsPerBlock != 0) continue;
        for (int flags = 0; flags < 8; ++flags) {
          QTest::addRow("%s, head of %d, flags %d", layoutOf(type).name, headDim, flags)
              << static_cast<int>(type) << headDim << bool(flags & 1) << bool(flags & 2) << bool(flags & 4);
        }
      }
    }
  }
  void everyFormMatchesTheDefinition() {
    QFETCH(int, type);
    QFETCH(int, headDim);
    QFETCH(bool, norms);
    QFETCH(bool, rotates);
    QFETCH(bool, interleaved);
    Step step({static_cast<DataType>(type), headDim, norms, rotates,
               interleaved ? RopeStyle::Interleaved : RopeStyle::HalfSplit, interleaved ? 1.25F : 1.0F});
    const TestDevice device;
    step.run(device);
    for (int token = 0; token < 5; ++token) {
      checkQueries(step, token);
      checkEntries(step, token);
      if (QTest::currentTestFailed()) return;
    }
  }

  void otherSlotsAndLayersStayUntouched() {
    Step step({});
    const TestDevice device;
    step.run(device);
    const auto written = std::count_if(step.pool.positions.begin(), step.pool.positions.end(),
                                       [](std::int32_t position) { return position != -1; });
    QCOMPARE(written, 5 * kKvHeads);
    const auto zeroed = std::count(step.pool.scores.begin(), step.pool.scores.end(), 0.0F);
    QCOMPARE(zeroed, 5 * kKvHeads);
    const auto changed = std::count_if(step.pool.entries.begin(), step.pool.entries.end(),
                                       [](std::byte byte) { return byte != std::byte{0xFF}; });
    QVERIFY(changed <= 5 * kKvHeads * 2 * 64 * 4);
    const auto rows = std::count_if(step.windowBytes.begin(), step.windowBytes.end(),
                                    [](std::byte byte) { return byte != std::byte{0xFF}; });
    QVERIFY(rows <= static_cast<std::ptrdiff_t>(2 * step.window.rowBytes()));
    QVERIFY(rows > static_cast<std::ptrdiff_t>(step.window.rowBytes()));
  }

  void withoutWindowsNothingIsWrittenToThem() {
    Step step({});
    step.window = {};
    const TestDevice device;
    step.run(device);
    for (int token = 0; token < 5; ++token) checkEntries(step, token);
  }

  void aTokenWithoutASlotIsWrittenNowhere() {
    for (const DataType type : {DataType::F32, DataType::F16, DataType::Q8_0}) {
      Step step({type});
      step.slots[1] = step.slots[4] = -1;
      step.queryRows[1] = -1;
      const TestDevice device;
      step.run(device);
      for (const int token : {0, 2, 3}) checkEntries(step, token);
      const auto written = std::count_if(step.pool.positions.begin(), step.pool.positions.end(),
                                         [](std::int32_t position) { return position != -1; });
      QCOMPARE(written, 3 * kKvHeads);
    }
  }

  // The layers of a step share their angles; a new step must not get the old ones.
  void nextStepRotatesByItsOwnPositions() {
    const TestDevice device;
    Step first({});
    first.run(device);
    Step second({});
    second.positions = {5, 6, 7, 8, 9};
    second.run(device);
    for (int token = 0; token < 5; ++token) checkEntries(second, token);
  }

 private:
  static void checkQueries(const Step& step, int token) {
    const int headDim = step.options.headDim;
    const std::int32_t queryRow = step.queryRows[static_cast<std::size_t>(token)];
    for (int h = 0; h < kQueryHeads; ++h) {
      const auto place = static_cast<std::size_t>((token * kQueryHeads + h) * headDim);
      const auto expected = step.expectedHead(&step.before[place], step.queryGain, token);
      QVERIFY(relativeError(&step.queries[place], expected) < 1e-6);
      if (queryRow < 0) continue;
      const std::byte* row = step.window.row(kLayer, queryRow / kWindowTokens, queryRow % kWindowTokens);
      const auto kept = decode(step.window.type, row + bytesOf(step.window.type, h * headDim),
                               static_cast<std::size_t>(headDim));
      QVERIFY(relativeError(kept, expected) < toleranceOf(step.window.type));
    }
  }

  static void checkEntries(const Step& step, int token) {
    const int headDim = step.options.headDim;
    const std::vector<std::int32_t> pages = {0, 1, 2, 3};
    const int index = step.slots[static_cast<std::size_t>(token)];
    for (int g = 0; g < kKvHeads; ++g) {
      const auto place = static_cast<std::size_t>((token * kKvHeads + g) * headDim);
      const double tolerance = toleranceOf(step.options.type);
      QVERIFY(relativeError(step.pool.key(kLayer, g, pages, index),
                            step.expectedHead(&step.keys[place], step.keyGain, token)) < tolerance);
      QVERIFY(relativeError(step.pool.value(kLayer, g, pages, index),
                            decode(DataType::F32, &step.values[place], static_cast<std::size_t>(headDim))) <
              tolerance);
      QCOMPARE(step.pool.position(kLayer, g, pages, index), step.positions[static_cast<std::size_t>(token)]);
      QCOMPARE(step.pool.score(kLayer, g, pages, index), 0.0F);
    }
  }
};

QTEST_GUILESS_MAIN(TestStoreKeyValue)
#include "tst_store_key_value.moc"
