// Many clients at once, some of whom leave in the middle, and what became of them.
#pragma once

#include <atomic>
#include <random>
#include <thread>
#include <vector>

#include "tests/app/server/served_demo.h"

namespace zipage::test {

struct LoadOptions {
  int streams = 200;
  std::chrono::milliseconds time{5000};
  int longestReply = 200;
};

struct LoadFigures {
  int finished = 0;
  int left = 0;     // by the client
  int refused = 0;  // 429 or 503
  int failed = 0;   // anything else: the first is in `complaint`
  std::string complaint;
  std::vector<double> firstTokenMs;  // of streams
  std::vector<double> replyMs;
};

/// Keeps `streams` clients asking until time is up, then waits for those that are at it.
inline LoadFigures runLoad(const ServedDemo& demo, const LoadOptions& options) {
  using Clock = std::chrono::steady_clock;
  LoadFigures figures;
  std::mutex mutex;
  const auto end = Clock::now() + options.time;
  const auto ask = [&](unsigned seed) {
    std::mt19937 random(seed);
    auto client = demo.client();
    client.set_keep_alive(true);
    while (Clock::now() < end) {
      const char* policies[] = {"full", "budget", "auto", "grow"};
      Json body =
          question("What is " + std::to_string(random() % 900) + " + " + std::to_string(random() % 900) + "?",
                   {{"stream", random() % 4 != 0},
                    {"max_tokens", 1 + random() % static_cast<unsigned>(options.longestReply)},
                    {"kv_policy", policies[random() % 4]},
                    {"kv_budget", 64},
                    {"kv_period", 32},
                    {"ignore_eos", true}});
      const std::size_t leavesAfter = random() % 3 == 0 ? 200 + random() % 4000 : ~std::size_t{0};
      const auto begin = Clock::now();
      std::size_t bytes = 0;
      double firstMs = -1.0;
      std::string text;
      const auto ms = [&] { return std::chrono::duration<double, std::milli>(Clock::now() - begin).count(); };
      httplib::Request request;
      request.method = "POST";
      request.path = "/v1/chat/completions";
      request.body = body.dump();
      request.headers = {{"Content-Type", "application/json"}};
      request.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
        text.append(data, size);
        bytes += size;
        if (firstMs < 0.0 && text.find("\"content\":\"\"") != std::string::npos && bytes > 400)
          firstMs = ms();
        return bytes < leavesAfter;
      };
      const auto result = client.send(request);
      const std::lock_guard lock(mutex);
      if (!result && bytes >= leavesAfter) {
        ++figures.left;
      } else if (result && result->status == 200 &&
                 (text.ends_with("data: [DONE]\n\n") || text.find("\"usage\"") != std::string::npos) &&
                 text.find("\"error\"") == std::string::npos) {
        ++figures.finished;
        figures.replyMs.push_back(ms());
        if (firstMs >= 0.0) figures.firstTokenMs.push_back(firstMs);
      } else if (result && (result->status == 429 || result->status == 503)) {
        ++figures.refused;
      } else {
        if (figures.failed++ == 0)
          figures.complaint = (result ? std::to_string(result->status) : httplib::to_string(result.error())) +
                              ": " + text.substr(0, 500);
      }
    }
  };
  std::vector<std::thread> clients;
  for (int c = 0; c < options.streams; ++c) clients.emplace_back(ask, static_cast<unsigned>(c + 1));
  for (std::thread& client : clients) client.join();
  return figures;
}

inline double percentile(std::vector<double> values, double share) {
  if (values.empty()) return 0.0;
  std::sort(values.begin(), values.end());
  return values[std::min(values.size() - 1,
                         static_cast<std::size_t>(share * static_cast<double>(values.size())))];
}

inline void printLoad(const char* name, const LoadFigures& figures) {
  qInfo(
      "%s: %d finished, %d left by their client, %d refused; reply ms p50 %.0f p95 %.0f p99 %.0f; first "
      "event ms "
      "p50 %.0f p95 %.0f p99 %.0f",
      name, figures.finished, figures.left, figures.refused, percentile(figures.replyMs, 0.5),
      percentile(figures.replyMs, 0.95), percentile(figures.replyMs, 0.99),
      percentile(figures.firstTokenMs, 0.5), percentile(figures.firstTokenMs, 0.95),
      percentile(figures.firstTokenMs, 0.99));
}

}  // namespace zipage::test
