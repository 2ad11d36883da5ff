#include "app/cli/bench/serve_load.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace zipage {

namespace {

/// A log-normal distribution has the mean exp(mu + sigma² / 2).
int drawOutput(std::mt19937_64& random, std::normal_distribution<double>& normal,
               const ServeLoadOptions& options) {
  const double mu = std::log(options.meanOutput) - options.sigma * options.sigma / 2.0;
  const double tokens = std::exp(mu + options.sigma * normal(random));
  return static_cast<int>(std::clamp(std::round(tokens), 1.0, static_cast<double>(options.maxOutput)));
}

}  // namespace

std::vector<ServeRequest> makeServeLoad(const ServeLoadOptions& options) {
  std::mt19937_64 random(options.seed);
  std::normal_distribution<double> normal;
  std::uniform_int_distribution<int> prompt(std::max(1, options.meanPrompt / 2),
                                            std::max(1, options.meanPrompt + options.meanPrompt / 2));
  std::vector<ServeRequest> load;
  double seconds = 0.0;
  for (int i = 0; i < options.requests; ++i) {
    ServeRequest request;
    if (options.rate > 0.0) {
      seconds += std::exponential_distribution<double>(options.rate)(random);
      request.arrival = std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
    }
    request.promptTokens = prompt(random);
    request.outputTokens = drawOutput(random, normal, options);
    request.seed = random();
    load.push_back(request);
  }
  return load;
}

ServeLoadFigures figuresOf(const std::vector<ServeRequest>& load, int maxOutput) {
  ServeLoadFigures figures;
  for (const ServeRequest& request : load) {
    figures.meanPrompt += request.promptTokens;
    figures.meanOutput += request.outputTokens;
    figures.longestOutput = std::max(figures.longestOutput, request.outputTokens);
    figures.longest = std::max(figures.longest, request.promptTokens + request.outputTokens);
    figures.numCut += request.outputTokens >= maxOutput;
  }
  const auto count = static_cast<double>(std::max<std::size_t>(load.size(), 1));
  figures.meanPrompt /= count;
  figures.meanOutput /= count;
  return figures;
}

}  // namespace zipage
