#include "app/templates/chat_template.h"

#include <QFile>
#include <QJSEngine>
#include <QJSValue>
#include <QString>
#include <functional>
#include <utility>

#include "app/templates/script_watchdog.h"
#include "engine/base/check.h"
#include "ui/script/script_engine.h"

/// Q_INIT_RESOURCE declares a function, so it cannot stand inside a namespace.
static void initScriptResource() { Q_INIT_RESOURCE(zipage_js); }

namespace zipage {

namespace {

/// A rendering ends itself at the limit; what does not get that far is interrupted this much later.
constexpr std::chrono::milliseconds kGrace{1000};
constexpr const char* kTookTooLong = "the chat template took too long and was stopped";

QString readBundle() {
  initScriptResource();
  QFile file(QStringLiteral(":/zipage/js/jinja.js"));
  const bool opened = file.open(QIODevice::ReadOnly);
  ZIPAGE_CHECK(opened, "the bundled jinja library is part of the program");
  return QString::fromUtf8(file.readAll());
}

QString fromUtf8(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// The words of an exception, without the name of its class. What a template raised, by itself or by a fault
/// that Python would name, is Unsupported; that it was stopped, or broke the script engine, is InvalidFile.
Error errorFrom(const QJSValue& thrown) {
  const QJSValue message = thrown.property(QStringLiteral("message"));
  const bool wasRaised = thrown.property(QStringLiteral("name")).toString() == QLatin1String("TemplateError");
  return {wasRaised ? ErrorCode::Unsupported : ErrorCode::InvalidFile,
          (message.isString() ? message : thrown).toString().toStdString()};
}

}  // namespace

struct ChatTemplate::State {
  std::unique_ptr<QJSEngine> engine = ui::makeScriptEngine(readBundle(), QStringLiteral("jinja.js"));
  QJSValue parsed;  // an object with render(json)
  std::chrono::milliseconds limit;

  /// Runs script code under the watchdog.
  Result<QJSValue> call(const std::function<QJSValue()>& script) {
    const ScriptWatchdog watchdog(*engine, limit + kGrace);
    const QJSValue value = script();
    if (watchdog.hasInterrupted()) return failure(ErrorCode::InvalidFile, kTookTooLong);
    if (engine->hasError()) return tl::unexpected(errorFrom(engine->catchError()));
    if (value.isError()) return tl::unexpected(errorFrom(value));
    return value;
  }
};

ChatTemplate::ChatTemplate(std::unique_ptr<State> state) : m_state(std::move(state)) {}
ChatTemplate::~ChatTemplate() = default;

Result<std::unique_ptr<ChatTemplate>> ChatTemplate::parse(std::string_view source,
                                                          std::chrono::milliseconds limit) {
  auto state = std::make_unique<State>();
  state->limit = limit;
  QJSValue parse = state->engine->globalObject().property(QStringLiteral("zipageParseTemplate"));
  auto parsed = state->call([&] { return parse.call({QJSValue(fromUtf8(source))}); });
  if (!parsed) {
    const bool isMalformed = parsed.error().message != kTookTooLong;
    return failure(ErrorCode::InvalidFile,
                   (isMalformed ? "the chat template is malformed: " : "") + parsed.error().message);
  }
  state->parsed = *parsed;
  return std::unique_ptr<ChatTemplate>(new ChatTemplate(std::move(state)));
}

Result<std::string> ChatTemplate::render(const TemplateContext& context) {
  const std::string json = context.dump(-1, ' ', false, TemplateContext::error_handler_t::replace);
  QJSValue render = m_state->parsed.property(QStringLiteral("render"));
  auto text = m_state->call([&] {
    return render.call({QJSValue(fromUtf8(json)), QJSValue(static_cast<double>(m_state->limit.count()))});
  });
  if (!text) return tl::unexpected(text.error());
  return text->toString().toStdString();
}

}  // namespace zipage
