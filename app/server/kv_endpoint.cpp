#include "app/server/kv_endpoint.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "app/common/request_settings.h"

namespace zipage {

namespace {

const char* nameOf(SequenceState state) {
  switch (state) {
    case SequenceState::Waiting:
      return "waiting";
    case SequenceState::Prefilling:
      return "prefilling";
    case SequenceState::Running:
      return "running";
    case SequenceState::Compressing:
      return "compressing";
    case SequenceState::Blocked:
      return "blocked";
    case SequenceState::Suspended:
      return "suspended";
    case SequenceState::Swapped:
      return "swapped";
    case SequenceState::Finished:
      break;
  }
  return "finished";
}

/// As one word.
std::string wordFor(MemoryEventKind kind) {
  std::string word(nameOf(kind));
  std::replace(word.begin(), word.end(), ' ', '_');
  return word;
}

Json poolOf(const CacheSnapshot& snapshot, const EngineMetrics& metrics) {
  std::array<int, 6> numPages{};
  for (const PageSnapshot& page : snapshot.pages) ++numPages[static_cast<std::size_t>(page.state)];
  const auto count = [&](PageState state) { return numPages[static_cast<std::size_t>(state)]; };
  return {{"pages_total", snapshot.pages.size()},
          {"pages_used", snapshot.pagesHeld},
          {"pages_free", count(PageState::Free)},
          {"pages_shared", count(PageState::Shared)},
          {"pages_prefix_only", count(PageState::PrefixOnly)},
          {"pages_compressing", count(PageState::Compressing)},
          {"page_tokens", snapshot.pageTokens},
          {"page_bytes", snapshot.bytesPerPage},
          {"tokens_live", snapshot.tokensLive},
          {"running", metrics.running},
          {"waiting", metrics.waiting}};
}

Json sequenceOf(const SequenceSnapshot& sequence) {
  Json json = {{"request", sequence.request.value},
               {"origin", sequence.owner == kOtherPrograms ? "client" : "window"},
               {"state", nameOf(sequence.state)},
               {"policy", zipage::nameOf(sequence.policy)},
               {"tokens", sequence.logicalTokens},
               {"tokens_live", sequence.physicalTokens},
               {"tokens_evicted", sequence.tokensEvicted},
               {"pages", sequence.pagesHeld},
               {"compressions", sequence.compressions}};
  if (sequence.policy != MemoryPolicy::Full) json["budget"] = sequence.budgetTokens;
  return json;
}

Json eventOf(const MemoryEvent& event) {
  Json json = {{"request", event.request.value},
               {"at_ms", std::chrono::duration<double, std::milli>(event.at).count()},
               {"tokens", event.tokens},
               {"pages", event.pages}};
  if (event.kind == MemoryEventKind::Started) json["cached_tokens"] = event.cachedTokens;
  return json;
}

/// Writes what a feed brings as events.
class FeedStream {
 public:
  explicit FeedStream(std::shared_ptr<MemoryFeed> feed) : m_feed(std::move(feed)) {}

  bool operator()(EventWriter& writer) {
    if (!std::exchange(m_hasOpened, true) && !writer.sendPulse())
      return false;  // the client sees it is heard
    const auto taken = m_feed->take(kGlance);
    bool isThere = taken.numDropped == 0 || writer.send("dropped", {{"events", taken.numDropped}});
    for (const MemoryEvent& event : taken.values)
      isThere = isThere && writer.send(wordFor(event.kind), eventOf(event));
    return isThere;
  }

 private:
  std::shared_ptr<MemoryFeed> m_feed;
  bool m_hasOpened = false;
};

}  // namespace

void answerKv(Exchange& exchange, const ServedModels& models) {
  const auto engine = models.find(exchange.request.get_param_value("model"));
  if (!engine) return answer(exchange.response, engine.error());
  Json json = {{"model", (*engine)->id()}, {"pool", nullptr}, {"sequences", Json::array()}};
  if (const auto snapshot = (*engine)->snapshot()) {
    json["pool"] = poolOf(*snapshot, (*engine)->metrics());
    for (const SequenceSnapshot& sequence : snapshot->sequences)
      json["sequences"].push_back(sequenceOf(sequence));
  }
  answer(exchange, json);
}

void answerKvEvents(Exchange& exchange, const ServedModels& models) {
  const auto engine = models.find(exchange.request.get_param_value("model"));
  if (!engine) return answer(exchange.response, engine.error());
  answerWithEvents(exchange, FeedStream((*engine)->follow()));
}

}  // namespace zipage
