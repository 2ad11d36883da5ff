// Calls of tools in the forms that models write them, whole and in pieces of every size.
#include <QTest>

#include "engine/text/tool_call_reader.h"

using namespace zipage;

namespace {

struct Read {
  std::string text;
  std::vector<ToolCall> calls;
};

Read readIn(const std::string& answer, std::size_t pieceSize,
            std::vector<std::string> names = {"add", "now"}) {
  ToolCallReader reader(std::move(names));
  Read read;
  const auto take = [&](ToolCallPiece piece) {
    read.text += piece.text;
    read.calls.insert(read.calls.end(), piece.calls.begin(), piece.calls.end());
  };
  for (std::size_t at = 0; at < answer.size(); at += pieceSize)
    take(reader.push(answer.substr(at, pieceSize)));
  take(reader.finish());
  return read;
}

}  // namespace

class TestToolCallReader : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void answersAreRead_data() {
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("calls");  // name and arguments of each
    const auto row = [](const char* name, const char* answer, const char* text, const char* calls) {
      QTest::newRow(name) << QByteArray(answer) << QByteArray(text) << QByteArray(calls);
    };
    row("no call", "It is 42. <tool", "It is 42. <tool", "");
    row("one", "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"x\": 1}}\n</tool_call>", "",
        "add{\"x\":1};");
    row("text before it", "Let me see.\n<tool_call>{\"name\": \"now\", \"arguments\": {}}</tool_call>",
        "Let me see.", "now{};");
    row("two",
        "\n<tool_call>\n{\"name\": \"add\", \"arguments\": {\"x\": "
        "1}}\n</tool_call>\n<tool_call>\n{\"name\": "
        "\"now\"}\n</tool_call>\n",
        "", "add{\"x\":1};now{};");
    row("arguments as a text",
        "<tool_call>{\"name\": \"add\", \"arguments\": \"{\\\"x\\\": 1}\"}</tool_call>", "",
        "add{\"x\": 1};");
    row("one that cannot be read", "<tool_call>{\"name\": add}</tool_call> so",
        "<tool_call>{\"name\": add}</tool_call> so", "");
    row("its end is missing", "<tool_call>{\"name\": \"add\", \"arguments\": {}}", "", "add{};");
    row("its half is missing", "<tool_call>{\"name\": \"add\", ", "<tool_call>{\"name\": \"add\", ", "");
    row("the whole answer", "{\"name\": \"add\", \"parameters\": {\"x\": 2}}", "", "add{\"x\":2};");
    row("an array",
        " [{\"name\": \"add\", \"arguments\": {\"x\": 2}}, {\"name\": \"now\", \"arguments\": {}}]", "",
        "add{\"x\":2};now{};");
    row("JSON that calls nothing", "{\"name\": \"Tom\", \"apples\": 2}", "{\"name\": \"Tom\", \"apples\": 2}",
        "");
    row("braces in an answer", "{1, 2} is a set", "{1, 2} is a set", "");
    row("an empty array", "[]", "[]", "");
    row("nothing", "", "", "");
    row("white space", " \n ", " \n ", "");
  }

  void answersAreRead() {
    QFETCH(QByteArray, answer);
    QFETCH(QByteArray, text);
    QFETCH(QByteArray, calls);
    for (const std::size_t pieceSize : {1, 2, 3, 7, 1000}) {
      const Read read = readIn(answer.toStdString(), pieceSize);
      std::string called;
      for (const ToolCall& call : read.calls) called += call.name + call.arguments + ";";
      QCOMPARE(QByteArray::fromStdString(called), calls);
      QCOMPARE(QByteArray::fromStdString(read.text), text);
    }
  }

  void withoutToolsEverythingIsText() {
    const std::string answer = "<tool_call>{\"name\": \"add\", \"arguments\": {}}</tool_call>";
    QCOMPARE(readIn(answer, 3, {}).text, answer);
    ToolCallReader reader;
    QCOMPARE(reader.push("<tool").text, std::string("<tool"));
  }

  void deepNestingIsText() {
    const std::string deep = "<tool_call>" + std::string(100'000, '[') + "</tool_call>";
    QCOMPARE(readIn(deep, 1000).text, deep);
    QVERIFY(readIn(std::string(100'000, '['), 1000).calls.empty());
  }
};

QTEST_GUILESS_MAIN(TestToolCallReader)
#include "tst_tool_call_reader.moc"
