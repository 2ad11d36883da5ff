// A load of requests for `bench serve`: when each comes, how long its prompt is and how long its reply will
// be.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/base/clock.h"

namespace zipage {

struct ServeLoadOptions {
  int requests = 64;
  int meanPrompt = 256;        // tokens; each has between half of it and half as much again
  double meanOutput = 1024.0;  // tokens; of the log-normal distribution, before its longest are cut
  int maxOutput = 4096;
  double sigma = 0.6;  // of the logarithm
  double rate = 0.0;   // requests a second, at times of a Poisson process; 0: all at once
  std::uint64_t seed = 1;
};

struct ServeRequest {
  Duration arrival{};  // since the start
  int promptTokens = 0;
  int outputTokens = 0;
  std::uint64_t seed = 0;  // of what is drawn
};

/// In order of arrival; the same for the same options.
std::vector<ServeRequest> makeServeLoad(const ServeLoadOptions& options);

/// What there is to a load, in the mean and at most.
struct ServeLoadFigures {
  double meanPrompt = 0.0;
  double meanOutput = 0.0;
  int longestOutput = 0;
  int longest = 0;  // prompt and reply
  int numCut = 0;   // replies as long as the longest allowed
};
ServeLoadFigures figuresOf(const std::vector<ServeRequest>& load, int maxOutput);

}  // namespace zipage
