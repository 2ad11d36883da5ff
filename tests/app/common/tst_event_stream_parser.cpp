// Server-sent events, cut at every place.
#include <QTest>

#include "app/common/event_stream_parser.h"

using namespace zipage;

class TestEventStreamParser : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void eventsSurviveEveryCut() {
    const std::string stream =
        ": hello\r\n\r\ndata: {\"a\": 1}\r\n\r\nevent: x\ndata:two\ndata: lines\nid: 3\n\n\n\ndata:\r\rdata: "
        "[DONE]\n\nrest";
    const std::vector<std::string> expected = {"{\"a\": 1}", "two\nlines", "", "[DONE]"};
    for (std::size_t size = 1; size <= stream.size(); ++size) {
      EventStreamParser parser;
      std::vector<std::string> events;
      for (std::size_t at = 0; at < stream.size(); at += size)
        for (std::string& event : parser.push(std::string_view(stream).substr(at, size)))
          events.push_back(std::move(event));
      QCOMPARE(events, expected);
    }
  }

  void whatIsNoStreamIsDropped() {
    EventStreamParser parser;
    const std::string junk(1 << 20, 'x');
    for (int i = 0; i < 40; ++i) QVERIFY(parser.push(junk).empty());
    QCOMPARE(parser.push("\ndata: a\n\n"), std::vector<std::string>{"a"});
  }
};

QTEST_GUILESS_MAIN(TestEventStreamParser)
#include "tst_event_stream_parser.moc"
