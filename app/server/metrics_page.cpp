#include "app/server/metrics_page.h"

#include <cstdio>
#include <functional>
#include <utility>
#include <vector>

namespace zipage {

namespace {

/// One engine, as it is at the moment.
struct Sample {
  std::string label;  // model_name="…"
  EngineMetrics engine;
  ServerCounters server;
};

/// As the format wants a label's value.
std::string escaped(const std::string& text) {
  std::string result;
  for (const char c : text) {
    if (c == '\\' || c == '"') result += '\\';
    if (c == '\n')
      result += "\\n";
    else
      result += c;
  }
  return result;
}

std::string numberText(double number) {
  char text[32];
  std::snprintf(text, sizeof text, "%.17g", number);
  return text;
}

class Page {
 public:
  explicit Page(const ServedModels& models) {
    for (const auto& engine : models.all())
      m_samples.push_back(
          {"model_name=\"" + escaped(engine->id()) + "\"", engine->metrics(), engine->counters()});
  }

  using Value = std::function<double(const Sample&)>;

  void gauge(const std::string& name, const std::string& help, const Value& value) {
    head(name, help, "gauge");
    for (const Sample& sample : m_samples) line(name, sample.label, value(sample));
  }

  void counter(const std::string& name, const std::string& help, const Value& value) {
    head(name, help, "counter");
    for (const Sample& sample : m_samples) line(name, sample.label, value(sample));
  }

  void histogram(const std::string& name, const std::string& help,
                 const std::function<const TimeHistogram&(const Sample&)>& of) {
    head(name, help, "histogram");
    for (const Sample& sample : m_samples) {
      const TimeHistogram& times = of(sample);
      for (std::size_t b = 0; b < TimeHistogram::kBoundsSeconds.size(); ++b)
        line(name + "_bucket", sample.label + ",le=\"" + shortText(TimeHistogram::kBoundsSeconds[b]) + "\"",
             static_cast<double>(times.upTo(b)));
      line(name + "_bucket", sample.label + ",le=\"+Inf\"", static_cast<double>(times.count()));
      line(name + "_sum", sample.label, times.sumSeconds());
      line(name + "_count", sample.label, static_cast<double>(times.count()));
    }
  }

  void finished(const std::string& name, const std::string& help) {
    static constexpr std::pair<FinishReason, const char*> kReasons[] = {
        {FinishReason::EndToken, "stop"},
        {FinishReason::Length, "length"},
        {FinishReason::Cancelled, "abort"},
        {FinishReason::PoolExhausted, "pool_exhausted"},
        {FinishReason::Failed, "error"}};
    head(name, help, "counter");
    for (const Sample& sample : m_samples) {
      for (const auto& [reason, word] : kReasons) {
        const auto found = sample.server.finished.find(reason);
        line(name, sample.label + ",finished_reason=\"" + word + "\"",
             found == sample.server.finished.end() ? 0.0 : static_cast<double>(found->second));
      }
    }
  }

  std::string text() && { return std::move(m_text); }

 private:
  static std::string shortText(double number) {
    char text[32];
    std::snprintf(text, sizeof text, "%g", number);
    return text;
  }

  void head(const std::string& name, const std::string& help, const char* type) {
    m_text += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  }

  void line(const std::string& name, const std::string& labels, double value) {
    m_text += name + "{" + labels + "} " + numberText(value) + "\n";
  }

  std::vector<Sample> m_samples;
  std::string m_text;
};

double shareOf(std::int32_t part, std::int32_t whole) {
  return whole > 0 ? static_cast<double>(part) / whole : 0.0;
}

void writeLoad(Page& page) {
  page.gauge("zipage:num_requests_running", "Requests that hold pages.",
             [](const Sample& s) { return s.engine.running; });
  page.gauge("zipage:num_requests_waiting", "Requests that wait for pages.",
             [](const Sample& s) { return s.engine.waiting; });
  page.gauge("zipage:kv_cache_usage_perc", "Share of the KV pages that is held, 1 is all.",
             [](const Sample& s) { return shareOf(s.engine.pagesHeld, s.engine.pagesTotal); });
  page.gauge("zipage:kv_pages_used", "KV pages that are held.",
             [](const Sample& s) { return s.engine.pagesHeld; });
  page.gauge("zipage:kv_pages_total", "KV pages of the pool.",
             [](const Sample& s) { return s.engine.pagesTotal; });
  page.gauge("zipage:kv_tokens_live", "KV entries per layer and head; shared ones count once.",
             [](const Sample& s) { return static_cast<double>(s.engine.tokensLive); });
}

void writeMemory(Page& page) {
  page.counter("zipage:kv_tokens_evicted_total", "Tokens evicted by each layer and KV head.",
               [](const Sample& s) { return static_cast<double>(s.engine.tokensEvicted); });
  page.counter("zipage:kv_pages_reclaimed_total", "Pages that compressions gave back.",
               [](const Sample& s) { return static_cast<double>(s.engine.pagesReclaimed); });
  page.histogram("zipage:kv_compression_seconds", "Time of each compression.",
                 [](const Sample& s) -> const TimeHistogram& { return s.server.compressions; });
  page.counter("zipage:prefix_cache_queries_total", "Tokens of prompts that were looked up.",
               [](const Sample& s) { return static_cast<double>(s.server.promptTokens); });
  page.counter("zipage:prefix_cache_hits_total", "Tokens of prompts that were found in cached pages.",
               [](const Sample& s) { return static_cast<double>(s.server.cachedTokens); });
  page.counter("zipage:num_preemptions_total", "Requests that gave way and were recomputed.",
               [](const Sample& s) { return static_cast<double>(s.engine.preemptions); });
  page.counter("zipage:num_swaps_total", "Sequences that went to host memory.",
               [](const Sample& s) { return static_cast<double>(s.engine.swaps); });
}

void writeReplies(Page& page) {
  page.counter("zipage:prompt_tokens_total", "Tokens of prompts read by the model.",
               [](const Sample& s) { return static_cast<double>(s.engine.promptTokens); });
  page.counter("zipage:generation_tokens_total", "Tokens generated.",
               [](const Sample& s) { return static_cast<double>(s.engine.generatedTokens); });
  page.finished("zipage:request_success_total", "Requests that ended, by how.");
  page.histogram("zipage:time_to_first_token_seconds", "From the request to its first token.",
                 [](const Sample& s) -> const TimeHistogram& { return s.server.timeToFirstToken; });
  page.histogram("zipage:time_per_output_token_seconds", "Mean time between a reply's tokens.",
                 [](const Sample& s) -> const TimeHistogram& { return s.server.timePerToken; });
}

}  // namespace

std::string metricsPage(const ServedModels& models) {
  Page page(models);
  writeLoad(page);
  writeMemory(page);
  writeReplies(page);
  return std::move(page).text();
}

}  // namespace zipage
