// A day of chats over three models, out of one seed, on a budget of 100 MiB: never exceeded, and what is kept
// is what is asked for again. The hit rate is printed.
#include <cmath>
#include <set>

#include "engine/store/prefix_store.h"
#include "tests/engine/store/prefix_fixture.h"

using namespace zipage;
using namespace zipage::testing;

namespace {

constexpr std::int64_t kMiB = std::int64_t{1} << 20;
constexpr std::int64_t kBudget = 100 * kMiB;
constexpr int kSystemPages = 2;  // that all chats of a model begin with

struct DayModel {
  PrefixModel model;
  std::size_t pageBytes = 0;
};

struct DayChat {
  int model = 0;
  std::uint64_t number = 0;
  int numPages = 0;  // of its text so far
};

/// People go on with what they did last, mostly; now and then with something older, or they begin anew.
class Day {
 public:
  Day(PrefixFolder& folder, std::shared_ptr<test::FakeClock> clock)
      : m_folder(folder), m_clock(std::move(clock)) {
    // Keys and values of a small, a middle and a large model, and what a token costs each.
    for (const auto& [cost, bytes] :
         {std::pair{30.0, 60'000}, std::pair{600.0, 200'000}, std::pair{4000.0, 500'000}}) {
      DayModel one{prefixModel(m_models.size() + 1), std::size_t(bytes)};
      one.model.costPerToken = cost;
      m_models.push_back(one);
    }
  }

  void play() {
    for (int hour = 0; hour < 24; ++hour) {
      PrefixStoreOptions options = m_folder.options();
      options.budgetBytes = kBudget;
      options.clock = m_clock;
      PrefixStore store(options);  // the program is started every hour
      for (int turn = 0; turn < 10; ++turn) {
        m_clock->advance(std::chrono::minutes(6));
        take(store);
        m_most = std::max(m_most, m_folder.bytes());
      }
      store.report([this](const PrefixReport& report) {
        m_evicted += report.evicted;
        m_bytesWritten += report.bytesWritten;
        m_notWritten += report.notWritten;
      });
      store.flush();
    }
  }

  double hitRate() const { return double(m_found) / double(m_asked); }
  /// With all of what was ever there.
  double bestRate() const { return double(m_couldBeFound) / double(m_asked); }
  std::int64_t most() const { return m_most; }

  void print() const {
    std::printf(
        "%d chats, %lld pages asked for, %.1f %% found, %.1f %% were ever there; %lld evicted, %.0f MB "
        "written, "
        "%lld not written, at most %.1f MiB on the disk\n",
        int(m_chats.size()), static_cast<long long>(m_asked), 100 * hitRate(), 100 * bestRate(),
        static_cast<long long>(m_evicted), double(m_bytesWritten) / 1e6, static_cast<long long>(m_notWritten),
        double(m_most) / double(kMiB));
  }

 private:
  DayChat& chooseChat() {
    const double dice = std::uniform_real_distribution(0.0, 1.0)(m_random);
    if (m_chats.empty() || dice < 0.12) {
      m_chats.push_back({int(m_random() % m_models.size()), m_chats.size() + 1, 0});
      return m_chats.back();
    }
    // The k-th last one with a chance that halves each time.
    const auto back =
        std::min<std::size_t>(std::geometric_distribution<std::size_t>(0.4)(m_random), m_chats.size() - 1);
    std::rotate(m_chats.end() - 1 - std::ptrdiff_t(back), m_chats.end() - std::ptrdiff_t(back),
                m_chats.end());
    return m_chats.back();
  }

  static PrefixKey keyOf(const DayChat& chat, int page) {
    const std::uint64_t system = 1'000 + std::uint64_t(chat.model);
    return page < kSystemPages ? chainKey(system, std::uint64_t(page))
                               : chainKey(2'000 + chat.number, std::uint64_t(page));
  }
  StoredPage pageOf(const DayChat& chat, int page) const {
    const DayModel& of = m_models[std::size_t(chat.model)];
    StoredPage made;
    made.parent = page == 0 ? of.model.root : keyOf(chat, page - 1);
    made.tokens = {page, 1, 2, 3};
    made.contents = randomBytes(of.pageBytes, std::uint64_t(page));
    return made;
  }

  /// A turn: what is there of its text is used, the rest and what is new is kept.
  void take(PrefixStore& store) {
    DayChat& chat = chooseChat();
    const DayModel& of = m_models[std::size_t(chat.model)];
    const auto storage = store.storageFor(of.model);
    store.flush();
    const int before = chat.numPages;
    chat.numPages += 2 + int(m_random() % 6);
    PrefixLookup lookup;
    lookup.owner = OwnerId{chat.number};
    int found = 0;
    while (found < chat.numPages && storage->has(keyOf(chat, found)))
      lookup.used.push_back(keyOf(chat, found++));
    m_asked += chat.numPages;
    m_found += found;
    m_couldBeFound += before > 0 ? before : m_hasSystem.count(chat.model) > 0 ? kSystemPages : 0;
    m_hasSystem.insert(chat.model);
    storage->noteLookup(std::move(lookup));
    for (int page = found; page < chat.numPages; ++page) {
      storage->write(OwnerId{chat.number}, keyOf(chat, page), pageOf(chat, page));
    }
    store.flush();
  }

  PrefixFolder& m_folder;
  std::shared_ptr<test::FakeClock> m_clock;
  std::mt19937 m_random{7};
  std::vector<DayModel> m_models;
  std::vector<DayChat> m_chats;  // the one that was used last stands last
  std::set<int> m_hasSystem;
  std::int64_t m_asked = 0, m_found = 0, m_couldBeFound = 0;
  std::int64_t m_most = 0, m_evicted = 0, m_bytesWritten = 0, m_notWritten = 0;
};

}  // namespace

class TestPrefixDay : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void theBudgetHoldsAndWhatIsKeptIsOfUse() {
    PrefixFolder folder;
    Day day(folder, std::make_shared<test::FakeClock>());
    day.play();
    day.print();
    QVERIFY2(day.most() <= kBudget, qPrintable(QString::number(day.most())));
    QVERIFY(day.most() > kBudget / 2);
    QVERIFY(day.hitRate() > 0.4);
  }
};

QTEST_GUILESS_MAIN(TestPrefixDay)
#include "tst_prefix_day.moc"
