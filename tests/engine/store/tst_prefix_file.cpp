// A prefix as a file: what was written is read, and whatever is done to a byte of it is noticed.
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>

#include "engine/store/prefix_file.h"
#include "engine/store/sequence_books.h"
#include "tests/engine/store/prefix_fixture.h"

using namespace zipage;
using namespace zipage::testing;
namespace fs = std::filesystem;

namespace {

/// While it lives, no file of this process grows beyond so many bytes: a write that does is cut short and
/// refused.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) {
    std::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &m_before);
    const rlimit limit{bytes, m_before.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() { ::setrlimit(RLIMIT_FSIZE, &m_before); }

 private:
  rlimit m_before{};
};

}  // namespace

class TestPrefixFile : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void init() { m_folder = std::make_unique<QTemporaryDir>(); }

  void aPageComesBack() {
    const ChainPage written = chainPage(prefixModel(), 3, 2);
    const auto bytes = writePrefixFile(file(), written.key, written.page, false);
    REQUIRE_OK(bytes);
    QCOMPARE(std::uintmax_t(*bytes), fs::file_size(file()));
    QCOMPARE(modeOf(file()), fs::perms::owner_read | fs::perms::owner_write);
    const auto read = readPrefixFile(file(), written.key);
    REQUIRE_OK(read);
    QVERIFY(isPage(*read, written.page));
  }

  void aSequenceComesBack_data() {
    QTest::addColumn<bool>("compresses");
    QTest::newRow("as it is") << false;
    QTest::newRow("compressed") << true;
  }

  void aSequenceComesBack() {
    QFETCH(bool, compresses);
    StoredSequence written = storedSequence();
    written.contents.assign(5000, std::byte{1});
    for (std::size_t i = 0; i < 600; ++i) written.contents[i * 7] = static_cast<std::byte>(i * i);
    REQUIRE_OK(writePrefixFile(file(), {1, 2}, written, compresses));
    QCOMPARE(fs::file_size(file()) < 5000, compresses);
    const auto read = readPrefixFile(file(), {1, 2});
    REQUIRE_OK(read);
    const auto& sequence = std::get<StoredSequence>(*read);
    QCOMPARE(sequence.tokens, written.tokens);
    QCOMPARE(sequence.contents, written.contents);
    QCOMPARE(sequence.policy, written.policy);
    QCOMPARE(sequence.numEntries, written.numEntries);
    QCOMPARE(sequence.numScored, written.numScored);
    QCOMPARE(sequence.numCompressions, written.numCompressions);
    QCOMPARE(sequence.grownTokens, written.grownTokens);
    QCOMPARE(sequence.longRunWorkingSet, written.longRunWorkingSet);
    LittleEndianWriter before, after;
    writeSequenceBooks(before, written);
    writeSequenceBooks(after, sequence);
    QCOMPARE(after.bytes(), before.bytes());
    QCOMPARE(before.bytes().size(), kSequenceBooksBytes);
  }

  void whatDoesNotShrinkIsKeptAsItIs() {
    const ChainPage written = chainPage(prefixModel(), 1, 0);
    REQUIRE_OK(writePrefixFile(file(), written.key, written.page, true));
    QVERIFY(fs::file_size(file()) > written.page.contents.size());
    QVERIFY(isPage(*readPrefixFile(file(), written.key), written.page));
  }

  void anyChangedByteIsNoticed_data() {
    QTest::addColumn<bool>("isSequence");
    QTest::newRow("page") << false;
    QTest::newRow("sequence") << true;
  }

  void anyChangedByteIsNoticed() {
    QFETCH(bool, isSequence);
    StoredPrefix prefix = chainPage(prefixModel(), 1, 0, 40).page;
    if (isSequence) prefix = storedSequence(6, 40);
    REQUIRE_OK(writePrefixFile(file(), {5, 6}, prefix, false));
    const QByteArray whole = bytesOf(file());
    for (int place = 0; place < whole.size(); ++place) {
      for (const char change : {char(1), char(0x80)}) {
        QByteArray changed = whole;
        changed[place] = static_cast<char>(changed[place] ^ change);
        QVERIFY(writeBytes(file(), changed));
        const auto read = readPrefixFile(file(), {5, 6});
        QVERIFY2(!read, qPrintable(QString("byte %1").arg(place)));
        const bool isVersion = place >= 8 && place < 12;
        QCOMPARE(read.error().code, isVersion ? ErrorCode::Unsupported : ErrorCode::InvalidFile);
        QVERIFY(read.error().message.find(file().string()) != std::string::npos);
      }
    }
  }

  void whatIsCutOffOrGoesOnIsNoticed() {
    const ChainPage written = chainPage(prefixModel(), 1, 0, 40);
    REQUIRE_OK(writePrefixFile(file(), written.key, written.page, false));
    const QByteArray whole = bytesOf(file());
    for (qsizetype length = 0; length < whole.size(); ++length) {
      QVERIFY(writeBytes(file(), whole.left(length)));
      QVERIFY(!readPrefixFile(file(), written.key));
    }
    QVERIFY(writeBytes(file(), whole + '\0'));
    QVERIFY(!readPrefixFile(file(), written.key));
  }

  /// A file that somebody made, with checksums that are right: its lengths must not cost memory.
  void aFileThatClaimsMoreThanItHasIsRefused() {
    const ChainPage written = chainPage(prefixModel(), 1, 0, 40);
    REQUIRE_OK(writePrefixFile(file(), written.key, written.page, false));
    const QByteArray whole = bytesOf(file());
    for (const int field : {48, 56, 64}) {
      for (const std::uint64_t claim : {std::uint64_t{1} << 20, std::uint64_t{1} << 40, ~std::uint64_t{0}}) {
        QByteArray changed = whole;
        for (int i = 0; i < 8; ++i) changed[field + i] = static_cast<char>(claim >> (8 * i));
        QVERIFY(writeBytes(file(), changed));
        const auto read = readPrefixFile(file(), written.key);
        QVERIFY(!read);
        QVERIFY2(read.error().message.find("as long as") != std::string::npos, read.error().message.c_str());
      }
    }
  }

  void anotherPrefixUnderThisNameIsNoticed() {
    const ChainPage written = chainPage(prefixModel(), 1, 0);
    REQUIRE_OK(writePrefixFile(file(), written.key, written.page, false));
    QCOMPARE(readPrefixFile(file(), chainKey(1, 1)).error().code, ErrorCode::InvalidFile);
  }

  void whatIsNoFileIsAnError() {
    QCOMPARE(readPrefixFile(file(), {}).error().code, ErrorCode::NotFound);
    QVERIFY(::mkfifo(file().c_str(), 0600) == 0);
    QVERIFY(!readPrefixFile(file(), {}));
    fs::remove(file());
    fs::create_directory(file());
    QVERIFY(!readPrefixFile(file(), {}));
  }

  void aDiskThatIsFullLeavesNothingBehind() {
    const ChainPage written = chainPage(prefixModel(), 1, 0, 100'000);
    for (const rlim_t room : {0, 50, 5000, 99'000}) {
      const FileSizeLimit limit(room);
      const auto refused = writePrefixFile(file(), written.key, written.page, false);
      QVERIFY(!refused);
      QCOMPARE(refused.error().code, ErrorCode::Io);
      QVERIFY(fs::is_empty(m_folder->path().toStdString()));
    }
    REQUIRE_OK(writePrefixFile(file(), written.key, written.page, false));
  }

  void aFolderThatIsGoneIsAnError() {
    const auto refused = writePrefixFile(file() / "not" / "there", {}, StoredPage{}, false);
    QVERIFY(!refused);
  }

 private:
  fs::path file() const { return fs::path(m_folder->path().toStdString()) / "one.kv"; }
  std::unique_ptr<QTemporaryDir> m_folder;
};

QTEST_GUILESS_MAIN(TestPrefixFile)
#include "tst_prefix_file.moc"
