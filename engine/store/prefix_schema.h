// The tables about stored prefixes, as SQL.
#pragma once

#include "engine/store/migrations.h"

namespace zipage {

const Schema& prefixSchema();

}  // namespace zipage
