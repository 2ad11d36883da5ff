// The tables of chats and messages, as SQL.
#pragma once

#include "engine/store/migrations.h"

namespace zipage {

const Schema& sessionSchema();

}  // namespace zipage
