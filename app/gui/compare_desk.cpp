#include "app/gui/compare_desk.h"

#include <algorithm>
#include <cmath>

#include "app/common/boxed_answer.h"
#include "app/common/request_of.h"
#include "app/gui/reply_request.h"
#include "ui/memory/owner_names.h"

namespace zipage {

namespace {

constexpr int kNewsMs = 50;                          // both texts are laid out anew each time
constexpr quint64 kTicketsBegin = quint64{1} << 62;  // those of replies are numbers of messages

}  // namespace

CompareDesk::CompareDesk(EngineHost& host, QObject* parent)
    : QObject(parent), m_host(host), m_lastTicket(kTicketsBegin) {
  m_news.setSingleShot(true);
  m_news.setInterval(kNewsMs);
  connect(&m_news, &QTimer::timeout, this, &CompareDesk::tell);
  connect(&m_host, &EngineHost::promptPrepared, this, &CompareDesk::onPrompt);
  connect(&m_host, &EngineHost::eventHappened, this, &CompareDesk::onEvent);
  connect(&m_host, &EngineHost::engineClosing, this, [this] {
    if (m_ticket != 0 || m_sides[0].request || m_sides[1].request) fail(tr("Another model took over."));
  });
}

void CompareDesk::start(const ui::ComparisonPlan& plan) {
  stop();
  m_sides = {};
  m_sides[0].settings = plan.first;
  m_sides[1].settings = plan.second;
  if (m_host.isRemote()) return fail(tr("Policies can be compared only in an engine that runs here."));
  if (!m_host.canAnswer()) return fail(tr("No model is open yet."));
  for (Side& side : m_sides) {
    if (side.settings.seed < 0) side.settings.seed = 1;  // whatever it is, it is the same for both
    side.shown.isRunning = true;
  }
  PromptJob job;
  job.ticket = m_ticket = ++m_lastTicket;
  job.enableThinking = plan.first.thinking;
  if (!plan.first.systemPrompt.trimmed().isEmpty())
    job.turns.push_back({TurnRole::System, plan.first.systemPrompt.toStdString(), {}});
  job.turns.push_back({TurnRole::User, plan.question.toStdString(), {}});
  m_host.prepare(std::move(job));
  tell();
}

void CompareDesk::stop() {
  m_ticket = 0;
  bool wasRunning = false;
  for (Side& side : m_sides) {
    if (side.request) m_host.cancel(side.request);
    side.request = {};
    wasRunning = wasRunning || side.shown.isRunning;
    side.shown.isRunning = false;
  }
  if (wasRunning) tell();
}

void CompareDesk::onPrompt(const PreparedPrompt& prompt) {
  if (m_ticket == 0 || prompt.ticket != m_ticket) return;
  m_ticket = 0;
  if (!prompt.problem.isEmpty()) return fail(prompt.problem);
  if (!m_host.isReady()) return fail(tr("The model was closed."));
  m_tokenizer = m_host.session().model().tokenizer;
  for (Side& side : m_sides) submit(side, prompt);
  tell();
}

void CompareDesk::submit(Side& side, const PreparedPrompt& prompt) {
  auto request = makeRequest(requestSettingsFor(side.settings), m_host.session().model(),
                             m_host.session().limits(), prompt.tokens, prompt.startsInsideReasoning);
  if (!request) {
    side.shown.problem = QString::fromStdString(request.error().message);
    side.shown.isRunning = false;
    return;
  }
  request->owner = ui::kComparisons;
  request->numTopLogProbs = 0;
  side.request = m_host.submit(std::move(*request), 1).front();
}

void CompareDesk::onEvent(const EngineEvent& event) {
  const RequestId request = requestOf(event);
  const auto side = std::find_if(m_sides.begin(), m_sides.end(),
                                 [&](const Side& each) { return request && each.request == request; });
  if (side == m_sides.end()) return;
  if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
    take(*side, *generated);
    if (!m_news.isActive()) m_news.start();
  } else if (const auto* finished = std::get_if<RequestFinished>(&event)) {
    finish(*side, *finished);
    tell();
  }
}

void CompareDesk::take(Side& side, const TokenGenerated& generated) {
  side.tokens.push_back(generated.token);
  side.logProbs.push_back(generated.logProbs ? generated.logProbs->logProbability : 0.0F);
  side.bytes += m_tokenizer->pieceBytes(generated.token);
  side.ends.push_back(side.bytes.size());
}

void CompareDesk::finish(Side& side, const RequestFinished& finished) {
  side.request = {};
  ui::ComparedReply& shown = side.shown;
  shown.isRunning = false;
  shown.compressions = finished.compressions;
  shown.tokensEvicted = finished.tokensEvicted;
  shown.peakPages = finished.peakPages;
  const double seconds = std::chrono::duration<double>(finished.decodeTime).count();
  shown.tokensPerSecond = seconds > 0.0 ? (finished.generatedTokens - 1) / seconds : 0.0;
  if (finished.reason == FinishReason::Failed || finished.reason == FinishReason::PoolExhausted)
    shown.problem = QString::fromStdString(finished.error.message);
  if (const auto answer = lastBoxed(side.bytes)) shown.answer = QString::fromStdString(*answer);
}

void CompareDesk::fail(const QString& problem) {
  stop();
  m_sides[0].shown.problem = problem;
  tell();
}

ui::Comparison CompareDesk::compared() const {
  const auto& [first, second] = m_sides;
  const std::size_t most = std::min(first.tokens.size(), second.tokens.size());
  std::size_t same = 0;
  double drift = 0.0;
  ui::Comparison comparison{first.shown, second.shown};
  for (; same < most && first.tokens[same] == second.tokens[same]; ++same) {
    const double apart = std::abs(static_cast<double>(first.logProbs[same]) - second.logProbs[same]);
    drift += apart;
    comparison.mostDrift = std::max(comparison.mostDrift, apart);
  }
  comparison.sameTokens = static_cast<qint64>(same);
  comparison.differs = same < most;
  comparison.meanDrift = same > 0 ? drift / static_cast<double>(same) : 0.0;
  for (const auto& [side, reply] : {std::pair(&first, &comparison.first), {&second, &comparison.second}}) {
    const auto textUpTo = [&](std::size_t token) {
      return QString::fromUtf8(side->bytes.data(),
                               static_cast<qsizetype>(token > 0 ? side->ends[token - 1] : 0));
    };
    reply->tokens = static_cast<qint64>(side->tokens.size());
    reply->text = QString::fromStdString(side->bytes);
    reply->sameLength = textUpTo(same).size();
    if (comparison.differs) reply->nextLength = textUpTo(same + 1).size() - reply->sameLength;
  }
  return comparison;
}

void CompareDesk::tell() {
  m_news.stop();
  Q_EMIT changed(compared());
}

}  // namespace zipage
