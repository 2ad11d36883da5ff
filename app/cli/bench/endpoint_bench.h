// `bench serve --url`: any endpoint under the load that the engine itself is measured with.
#pragma once

#include <string>
#include <vector>

#include "app/cli/bench/endpoint_run.h"

namespace zipage {

struct EndpointBench {
  EndpointOptions endpoint;
  ServeLoadOptions load;
  std::vector<std::string> policies;  // one run for each, as kv_policy; none: one run without a word of it
  std::string shape;                  // the load, in words
  bool json = false;
};

/// Returns the exit code.
int benchEndpoint(EndpointBench bench);

}  // namespace zipage
