// A chat as the window's program holds it.
#pragma once

#include "app/gui/message_tree.h"
#include "engine/store/session_store.h"
#include "ui/chat_values.h"

namespace zipage {

struct Chat {
  ChatRecord record;
  ui::GenerationSettings settings;
  MessageTree messages;

  qint64 id() const { return static_cast<qint64>(record.id.value); }
};

}  // namespace zipage
