#include "engine/runtime/engine_thread.h"

#include <atomic>
#include <thread>
#include <variant>

#include "engine/runtime/mailbox.h"
#include "engine/runtime/snapshot_pace.h"

namespace zipage {

namespace {

struct Submit {
  std::vector<RequestId> ids;  // one for each sample
  Request request;
};
struct Cancel {
  RequestId request;
};
struct CompressNow {
  RequestId request;
};
struct Pin {
  RequestId request;
  std::vector<std::int32_t> tokens;
};
struct Watch {
  RequestId request;
  bool isWatched;
};
struct SetSnapshotInterval {
  Duration interval;
};
struct EndReasoning {
  RequestId request;
};
using Command = std::variant<Submit, Cancel, CompressNow, Pin, EndReasoning, Watch, SetSnapshotInterval>;

}  // namespace

struct EngineThread::State {
  State(Parts parts_, Sink sink_) : parts(std::move(parts_)), sink(std::move(sink_)) {
    thread = std::thread([this] { run(); });
  }

  void run();
  void obey(Command& command, Engine& engine);
  void submit(Submit& command, Engine& engine);
  void storeTheRest(Engine& engine);
  void pin(Pin& command, Engine& engine);
  void report(Engine& engine, std::span<EngineEvent> events, bool idle);

  Parts parts;
  Sink sink;
  Mailbox<Command> mailbox;
  std::atomic<std::uint64_t> nextId{1};

  // The engine's thread only from here on.
  std::vector<EngineEvent> answers;  // to commands
  SnapshotPace pace;

  std::thread thread;
};

void EngineThread::State::run() {
  using Wait = Mailbox<Command>::Wait;
  Engine engine(parts.limits, *parts.runner, *parts.clock, parts.storage.get());
  std::vector<Command> commands;
  Wait wait = Wait::ForEver;
  while (mailbox.drain(commands, wait)) {
    for (Command& command : commands) obey(command, engine);
    std::span<EngineEvent> events;
    if (engine.hasWork()) events = engine.step();
    report(engine, events, !engine.hasWork());
    // After the last token the rate has to be seen falling to nothing; then the thread sleeps.
    wait = engine.hasWork()                         ? Wait::No
           : engine.metrics().tokensPerSecond > 0.0 ? Wait::AWhile
                                                    : Wait::ForEver;
  }
  for (Command& command : commands) obey(command, engine);
  engine.cancelAll();
  report(engine, engine.hasWork() ? engine.step() : std::span<EngineEvent>(), true);
  storeTheRest(engine);
}

/// Whoever closes the program does not want to wait for it; what is not stored is read again some day.
void EngineThread::State::storeTheRest(Engine& engine) {
  constexpr Duration kMost = std::chrono::seconds(2);
  const Duration end = parts.clock->now() + kMost;
  while (engine.hasWork() && parts.clock->now() < end) static_cast<void>(engine.step());
}

void EngineThread::State::obey(Command& command, Engine& engine) {
  if (auto* submitted = std::get_if<Submit>(&command)) return submit(*submitted, engine);
  if (auto* pinned = std::get_if<Pin>(&command)) return pin(*pinned, engine);
  if (const auto* interval = std::get_if<SetSnapshotInterval>(&command))
    return pace.setInterval(interval->interval);
  if (const auto* watched = std::get_if<Watch>(&command))
    return engine.watch(watched->request, watched->isWatched);
  if (const auto* asked = std::get_if<CompressNow>(&command)) return engine.compressNow(asked->request);
  if (const auto* ended = std::get_if<EndReasoning>(&command)) return engine.endReasoning(ended->request);
  engine.cancel(std::get<Cancel>(command).request);
}

void EngineThread::State::submit(Submit& command, Engine& engine) {
  const auto promptTokens = static_cast<int>(command.request.prompt.size());
  const auto accepted = engine.submitAs(std::move(command.request), command.ids);
  if (accepted) return;
  for (const RequestId id : command.ids) {
    RequestFinished refused;
    refused.request = id;
    refused.reason = FinishReason::Failed;
    refused.error = accepted.error();
    refused.promptTokens = promptTokens;
    answers.push_back(std::move(refused));
  }
}

void EngineThread::State::pin(Pin& command, Engine& engine) {
  PinsChanged changed{command.request, static_cast<int>(command.tokens.size()), std::nullopt};
  if (auto pinned = engine.pin(command.request, std::move(command.tokens)); !pinned)
    changed.refusal = pinned.error();
  answers.emplace_back(std::move(changed));
}

void EngineThread::State::report(Engine& engine, std::span<EngineEvent> events, bool idle) {
  EngineReport report;
  report.events = std::exchange(answers, {});
  std::move(events.begin(), events.end(), std::back_inserter(report.events));
  report.metrics = engine.metrics();
  const Duration now = report.at = parts.clock->now();
  if (pace.isDue(now, report.events, idle)) report.snapshot = engine.snapshot();
  sink(std::move(report));
}

EngineThread::EngineThread(Parts parts, Sink sink)
    : m_state(std::make_unique<State>(std::move(parts), std::move(sink))) {}

EngineThread::~EngineThread() {
  m_state->mailbox.close();
  m_state->thread.join();
}

RequestId EngineThread::submit(Request request) { return submitSamples(std::move(request), 1).front(); }

std::vector<RequestId> EngineThread::submitSamples(Request request, int numSamples) {
  std::vector<RequestId> ids;
  for (int sample = 0; sample < numSamples; ++sample) ids.push_back(RequestId{m_state->nextId++});
  if (!ids.empty()) m_state->mailbox.post(Submit{ids, std::move(request)});
  return ids;
}

void EngineThread::watch(RequestId request, bool isWatched) {
  m_state->mailbox.post(Watch{request, isWatched});
}

void EngineThread::compressNow(RequestId request) { m_state->mailbox.post(CompressNow{request}); }

void EngineThread::pin(RequestId request, std::vector<std::int32_t> tokens) {
  m_state->mailbox.post(Pin{request, std::move(tokens)});
}

void EngineThread::cancel(RequestId request) { m_state->mailbox.post(Cancel{request}); }

void EngineThread::endReasoning(RequestId request) { m_state->mailbox.post(EndReasoning{request}); }

void EngineThread::setSnapshotInterval(Duration interval) {
  m_state->mailbox.post(SetSnapshotInterval{interval});
}

}  // namespace zipage
