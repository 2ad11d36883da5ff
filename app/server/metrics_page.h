// What Prometheus reads from /metrics.
#pragma once

#include <string>

#include "app/server/served_models.h"

namespace zipage {

/// Every metric of every model, in Prometheus' text format 0.0.4, with the label model_name.
std::string metricsPage(const ServedModels& models);

}  // namespace zipage
