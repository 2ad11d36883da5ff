// Jinja feature by feature, against what Python's jinja2 made of the same sources (tests/golden/templates),
// and templates that mean harm.
#include <QElapsedTimer>
#include <QTest>
#include <filesystem>
#include <fstream>

#include "app/templates/chat_template.h"

using namespace zipage;
namespace fs = std::filesystem;

namespace {

const fs::path kGolden = fs::path(ZIPAGE_SOURCE_DIR) / "tests" / "golden" / "templates";

TemplateContext readJson(const char* name) {
  std::ifstream file(kGolden / name);
  return TemplateContext::parse(file);
}

Result<std::string> render(const std::string& source, const TemplateContext& context,
                           std::chrono::milliseconds limit = std::chrono::milliseconds(5000)) {
  auto parsed = ChatTemplate::parse(source, limit);
  if (!parsed) return tl::unexpected(parsed.error());
  return (*parsed)->render(context);
}

}  // namespace

class TestTemplateFeatures : public QObject {
  Q_OBJECT

 private Q_SLOTS:
  void rendersAsPythonDoes() {
    const TemplateContext context = readJson("context.json");
    const TemplateContext cases = readJson("expected.json");
    QVERIFY(cases.size() > 350);
    QStringList wrong;
    for (const auto& entry : cases) {
      const std::string source = entry["template"];
      const auto text = render(source, context);
      const bool isRight = entry["expected"].is_null() ? !text : text && *text == entry["expected"];
      if (isRight) continue;
      wrong << QString::fromStdString(source + "\n  Python: " + entry["expected"].dump() +
                                      "\n  here:   " + (text ? *text : text.error().message));
    }
    QVERIFY2(wrong.isEmpty(), qPrintable(QString::number(wrong.size()) + " differ\n" + wrong.join('\n')));
  }

  /// Python reads 1.0 and 1 as different numbers and keeps the order of keys that look like numbers.
  void valuesOfTheContextKeepTheirKind() {
    const auto context = TemplateContext::parse(
        "{\"v\": {\"2\": 1.0, \"1\": 1, \"a:\": \"1.0, \\\"2\\\": 3\", \"f\": {\"f\": 1e3}}}");
    const auto text = render("{{ v|tojson }} {{ v['2'] }}", context);
    QVERIFY2(text, text ? "" : text.error().message.c_str());
    QCOMPARE(QString::fromStdString(*text),
             QString("{\"2\": 1.0, \"1\": 1, \"a:\": \"1.0, \\\"2\\\": 3\", \"f\": {\"f\": 1000.0}} 1.0"));
  }

  void whatATemplateRaisesIsNotAFaultOfTheFile() {
    for (const char* source :
         {"{{ raise_exception('no') }}", "{{ a.b.c }}", "{{ 1 + 'a' }}", "{{ [1]|first|foo }}"}) {
      const auto text = render(source, TemplateContext::object());
      QVERIFY2(!text, source);
      QCOMPARE(text.error().code, ErrorCode::Unsupported);
    }
  }

  void harmfulTemplatesAreStopped_data() {
    QTest::addColumn<QByteArray>("source");
    const auto row = [](const char* name, const char* source) { QTest::newRow(name) << QByteArray(source); };
    row("a macro that calls itself", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}");
    row("two macros that call each other",
        "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}");
    row("text that doubles",
        "{% set n = namespace(s='ab') %}{% for i in range(99) %}{% set n.s = n.s ~ n.s %}{% endfor %}");
    row("text that is repeated", "{{ ('a' * 100000000) * 100000000 }}");
    row("a list that doubles",
        "{% set n = namespace(s=[1]) %}{% for i in range(99) %}{% set n.s = n.s + n.s %}{% endfor %}");
    row("replacement by much", "{% set s = 'a' * 1000000 %}{{ s.replace('a', s) }}");
    row("joining by much", "{% set s = 'a' * 1000000 %}{{ s|list|join(s) }}");
    row("wide formatting", "{{ '%1000000000s' % 'a' }}");
    row("padding", "{{ 'a'.ljust(1000000000000) }}");
    row("indentation", "{{ ('a\\n' * 100000)|indent(1000000) }}");
    row("much output", "{% for i in range(99999) %}{{ 'a' * 10000 }}{% endfor %}");
    row("loops in loops", "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}");
    row("a loop that calls itself", "{% for a in [1] recursive %}{{ loop([1]) }}{% endfor %}");
    row("deep parentheses", nullptr);
  }

  void harmfulTemplatesAreStopped() {
    QFETCH(QByteArray, source);
    std::string text = source.toStdString();
    if (text.empty()) text = "{{ " + std::string(20000, '(') + "1" + std::string(20000, ')') + " }}";
    QElapsedTimer timer;
    timer.start();
    const auto rendered = render(text, TemplateContext::object(), std::chrono::milliseconds(500));
    QVERIFY(!rendered);
    QCOMPARE(rendered.error().code, ErrorCode::InvalidFile);
    QVERIFY2(timer.elapsed() < 20000, "the limits are kept, give or take a busy machine");
  }
};

QTEST_GUILESS_MAIN(TestTemplateFeatures)
#include "tst_template_features.moc"
