// Which files can go with a message, and what is said of the others.
#include <sys/stat.h>
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "ui/composer/text_file.h"

using namespace zipage::ui;

class TestTextFile : public QObject {
  Q_OBJECT

 private:
  QTemporaryDir m_folder;

  QString fileWith(const QString& name, const QByteArray& bytes) const {
    const QString path = m_folder.filePath(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) qFatal("cannot write");
    return path;
  }

 private Q_SLOTS:
  void textComesWhole() {
    const TextFile file = readTextFile(fileWith("größe.txt", "a\r\nb\tc 猫"));
    QCOMPARE(file.problem, QString());
    QCOMPARE(file.item.name, QStringLiteral("größe.txt"));
    QCOMPARE(file.item.text, QStringLiteral("a\r\nb\tc 猫"));
    QCOMPARE(readTextFile(fileWith("empty", {})).problem, QString());
  }

  void aFileMayHaveAMebibyteAndNoByteMore() {
    QCOMPARE(readTextFile(fileWith("full", QByteArray(kMostFileBytes, 'x'))).problem, QString());
    const TextFile large = readTextFile(fileWith("large", QByteArray(kMostFileBytes + 1, 'x')));
    QVERIFY2(large.problem.contains(QStringLiteral("larger than")), qPrintable(large.problem));
    QVERIFY(large.problem.contains(QStringLiteral("large")));
  }

  void whatIsNoTextIsRefused_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("words");
    QTest::newRow("binary") << QByteArray("PNG\0\1\2", 6) << "not a text file";
    QTest::newRow("latin 1") << QByteArray(
                                    "gr\xF6\xDF"
                                    "e")
                             << "UTF-8";
    QTest::newRow("cut off") << QByteArray("gr\xC3") << "UTF-8";
    QTest::newRow("a surrogate") << QByteArray("\xED\xA0\x80") << "UTF-8";
  }

  void whatIsNoTextIsRefused() {
    QFETCH(QByteArray, bytes);
    QFETCH(QString, words);
    const TextFile file = readTextFile(fileWith("refused.bin", bytes));
    QVERIFY2(file.problem.contains(words), qPrintable(file.problem));
    QVERIFY(file.problem.contains(QStringLiteral("refused.bin")));
  }

  void whatIsNoFileIsRefusedAndNotWaitedFor() {
    QVERIFY(!readTextFile(m_folder.path()).problem.isEmpty());
    QVERIFY(!readTextFile(m_folder.filePath("missing")).problem.isEmpty());
    const QString pipe = m_folder.filePath("pipe");
    QCOMPARE(::mkfifo(qPrintable(pipe), 0600), 0);
    QVERIFY(!readTextFile(pipe).problem.isEmpty());
    QVERIFY(!readTextFile(QStringLiteral("/dev/zero")).problem.isEmpty());
  }
};

QTEST_MAIN(TestTextFile)
#include "tst_text_file.moc"
