// /v1/kv and /v1/kv/events: what the page pool holds, and what happens to it.
#pragma once

#include "app/server/exchange.h"
#include "app/server/served_models.h"

namespace zipage {

/// Of the model in ?model=, or the first: the pool and every sequence in it, as of the engine's last
/// snapshot.
void answerKv(Exchange& exchange, const ServedModels& models);
/// Events from now on: started, compressed, preempted, swapped_out, swapped_in, prefix_dropped, pinned,
/// finished.
void answerKvEvents(Exchange& exchange, const ServedModels& models);

}  // namespace zipage
