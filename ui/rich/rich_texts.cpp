#include "ui/rich/rich_texts.h"

#include <algorithm>

namespace zipage::ui {

namespace {

constexpr qsizetype kFormulaBytes = 32 << 20;
constexpr qsizetype kCodeBytes = 16 << 20;
constexpr qsizetype kNumRecent = 4;
/// Code that grows is coloured again at most this often: each time costs tens of milliseconds of a core.
constexpr int kGrowingMs = 250;

}  // namespace

RichTexts::RichTexts(QObject* parent) : QObject(parent), m_formulas(kFormulaBytes), m_codes(kCodeBytes) {
  m_growingTimer.setSingleShot(true);
  m_growingTimer.setInterval(kGrowingMs);
  connect(&m_growingTimer, &QTimer::timeout, this, [this] {
    if (m_growing) askForCode(*std::exchange(m_growing, std::nullopt));
  });
  m_worker = std::make_unique<RichWorker>(
      [this] { QMetaObject::invokeMethod(this, &RichTexts::take, Qt::QueuedConnection); });
}

RichTexts::~RichTexts() = default;

std::shared_ptr<const FormulaPicture> RichTexts::formula(const FormulaKey& key) {
  if (const auto* known = m_formulas.object(key)) return *known;
  if (!m_asked.contains(key)) {
    m_asked.insert(key);
    m_worker->ask(key);
  }
  return nullptr;
}

RichTexts::Colors RichTexts::colors(const CodeKey& key) {
  if (const CodeSpans* known = m_codes.object(key)) return {*known, true};
  const Spans* beginning = beginningOf(key);
  if (m_askedCode.contains(key)) return {beginning == nullptr ? CodeSpans{} : beginning->spans, false};
  if (beginning == nullptr) {
    askForCode(key);
    return {{}, false};
  }
  m_growing = key;
  if (!m_growingTimer.isActive()) m_growingTimer.start();
  return {beginning->spans, false};
}

const RichTexts::Spans* RichTexts::beginningOf(const CodeKey& key) const {
  const Spans* longest = nullptr;
  for (const Spans& spans : m_recent) {
    const bool fits = spans.key.language == key.language && key.code.startsWith(spans.key.code);
    if (fits && (longest == nullptr || spans.key.code.size() > longest->key.code.size())) longest = &spans;
  }
  return longest;
}

void RichTexts::askForCode(const CodeKey& key) {
  if (m_askedCode.contains(key)) return;
  m_askedCode.insert(key);
  m_worker->ask(key);
}

void RichTexts::take() {
  for (RichWorker::Result& result : m_worker->takeResults()) {
    if (const auto* key = std::get_if<FormulaKey>(&result.first)) {
      m_asked.remove(*key);
      auto picture =
          std::make_shared<const FormulaPicture>(std::get<FormulaPicture>(std::move(result.second)));
      const qsizetype bytes = picture->svg.size() + 2 * key->source.size() + 200;
      m_formulas.insert(*key, new std::shared_ptr<const FormulaPicture>(std::move(picture)), bytes);
    } else {
      const CodeKey& code = std::get<CodeKey>(result.first);
      const CodeSpans& spans = std::get<CodeSpans>(result.second);
      m_askedCode.remove(code);
      m_recent.prepend({code, spans});
      m_recent.resize(std::min(m_recent.size(), kNumRecent));
      m_codes.insert(code, new CodeSpans(spans),
                     2 * code.code.size() + spans.size() * static_cast<qsizetype>(sizeof(CodeSpan)) + 200);
    }
  }
  for (const RichWorker::Job& job : m_worker->takeDropped()) {
    if (const auto* key = std::get_if<FormulaKey>(&job))
      m_asked.remove(*key);
    else
      m_askedCode.remove(std::get<CodeKey>(job));
  }
  Q_EMIT arrived();
}

}  // namespace zipage::ui
