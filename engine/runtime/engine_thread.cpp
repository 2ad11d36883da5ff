#include "engine/runtime/engine_thread.h"

#include <atomic>
#include <thread>
#include <unordered_map>
#include <variant>

#include "engine/runtime/mailbox.h"

namespace zipage {

namespace {

struct Submit {
  RequestId publicId;
  Request request;
};
struct Cancel {
  RequestId publicId;
};
struct SetSnapshotInterval {
  Duration interval;
};
using Command = std::variant<Submit, Cancel, SetSnapshotInterval>;

/// The request an event is about; none for some.
RequestId& requestOf(EngineEvent& event) {
  return std::visit([](auto& happened) -> RequestId& { return happened.request; }, event);
}

}  // namespace

struct EngineThread::State {
  State(Parts parts_, Sink sink_) : parts(std::move(parts_)), sink(std::move(sink_)) {
    thread = std::thread([this] { run(); });
  }

  void run();
  void obey(Command& command, Engine& engine);
  void submit(Submit& command, Engine& engine);
  void report(Engine& engine, std::vector<EngineEvent> events, bool idle);
  void publishIds(std::vector<EngineEvent>& events);

  Parts parts;
  Sink sink;
  Mailbox<Command> mailbox;
  std::atomic<std::uint64_t> nextId{1};

  // The engine's thread only from here on. Ids given to callers before the engine knows the request, both
  // ways.
  std::unordered_map<std::uint64_t, RequestId> engineIds, publicIds;
  std::vector<EngineEvent> refusals;
  Duration snapshotInterval{};
  Duration lastSnapshot{};

  std::thread thread;
};

void EngineThread::State::run() {
  using Wait = Mailbox<Command>::Wait;
  Engine engine(parts.limits, *parts.runner, *parts.clock);
  std::vector<Command> commands;
  Wait wait = Wait::ForEver;
  while (mailbox.drain(commands, wait)) {
    for (Command& command : commands) obey(command, engine);
    std::vector<EngineEvent> events;
    if (engine.hasWork()) events = engine.step();
    report(engine, std::move(events), !engine.hasWork());
    // After the last token the rate has to be seen falling to nothing; then the thread sleeps.
    wait = engine.hasWork()                         ? Wait::No
           : engine.metrics().tokensPerSecond > 0.0 ? Wait::AWhile
                                                    : Wait::ForEver;
  }
  for (Command& command : commands) obey(command, engine);
  for (const auto& [publicId, engineId] : engineIds) engine.cancel(engineId);
  report(engine, engine.hasWork() ? engine.step() : std::vector<EngineEvent>{}, true);
}

void EngineThread::State::obey(Command& command, Engine& engine) {
  if (auto* submitted = std::get_if<Submit>(&command)) return submit(*submitted, engine);
  if (const auto* interval = std::get_if<SetSnapshotInterval>(&command)) {
    snapshotInterval = interval->interval;
    lastSnapshot = Duration{};
    return;
  }
  const auto found = engineIds.find(std::get<Cancel>(command).publicId.value);
  if (found != engineIds.end()) engine.cancel(found->second);
}

void EngineThread::State::submit(Submit& command, Engine& engine) {
  const auto promptTokens = static_cast<int>(command.request.prompt.size());
  auto accepted = engine.submit(std::move(command.request));
  if (accepted) {
    engineIds[command.publicId.value] = *accepted;
    publicIds[accepted->value] = command.publicId;
    return;
  }
  RequestFinished refused;
  refused.request = command.publicId;
  refused.reason = FinishReason::Failed;
  refused.error = accepted.error();
  refused.promptTokens = promptTokens;
  refusals.push_back(std::move(refused));
}

void EngineThread::State::publishIds(std::vector<EngineEvent>& events) {
  for (EngineEvent& event : events) {
    RequestId& id = requestOf(event);
    if (!id) continue;
    const std::uint64_t engineId = id.value;
    id = publicIds.at(engineId);
    if (!std::holds_alternative<RequestFinished>(event)) continue;
    engineIds.erase(id.value);
    publicIds.erase(engineId);
  }
}

void EngineThread::State::report(Engine& engine, std::vector<EngineEvent> events, bool idle) {
  EngineReport report;
  publishIds(events);
  report.events = std::exchange(refusals, {});
  std::move(events.begin(), events.end(), std::back_inserter(report.events));
  report.metrics = engine.metrics();
  const Duration now = parts.clock->now();
  const bool isWatched = snapshotInterval > Duration::zero();
  // The last snapshot before falling idle always comes, so that no view stops at a state that has passed.
  if (isWatched && (idle || now - lastSnapshot >= snapshotInterval)) {
    report.snapshot = engine.snapshot();
    lastSnapshot = now;
  }
  sink(std::move(report));
}

EngineThread::EngineThread(Parts parts, Sink sink)
    : m_state(std::make_unique<State>(std::move(parts), std::move(sink))) {}

EngineThread::~EngineThread() {
  m_state->mailbox.close();
  m_state->thread.join();
}

RequestId EngineThread::submit(Request request) {
  const RequestId id{m_state->nextId++};
  m_state->mailbox.post(Submit{id, std::move(request)});
  return id;
}

void EngineThread::cancel(RequestId request) { m_state->mailbox.post(Cancel{request}); }

void EngineThread::setSnapshotInterval(Duration interval) {
  m_state->mailbox.post(SetSnapshotInterval{interval});
}

}  // namespace zipage
