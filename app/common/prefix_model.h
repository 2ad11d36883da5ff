// An open model as the store of prefixes wants to know it.
#pragma once

#include "app/common/model_session.h"
#include "engine/store/prefix_shelf.h"

namespace zipage {

PrefixModel prefixModelOf(const ModelSession& session);

}  // namespace zipage
