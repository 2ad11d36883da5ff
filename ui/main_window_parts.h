// What a MainWindow is made of.
#pragma once

#include <QSplitter>
#include <memory>

#include "ui/chats/chat_panel.h"
#include "ui/main_window.h"
#include "ui/theme/owner_colors.h"
#include "ui/window/conversation.h"
#include "ui/window/inspector.h"
#include "ui/window/top_bar.h"
#include "ui/window/window_actions.h"

namespace zipage::ui {

struct MainWindow::Parts {
  explicit Parts(MainWindow* window)
      : actions(window),
        topBar(new TopBar(actions)),
        splitter(new QSplitter(Qt::Horizontal)),
        chats(new ChatPanel(colors)),
        conversation(new Conversation),
        inspector(std::make_unique<Inspector>(colors, *window)) {}

  OwnerColors colors;
  WindowActions actions;
  TopBar* topBar;
  QSplitter* splitter;
  ChatPanel* chats;
  Conversation* conversation;
  std::unique_ptr<Inspector> inspector;
  ColorScheme scheme = ColorScheme::System;
  qint64 currentChat = 0;
  QString modelProblem;
  bool wantsInspector = true;
};

}  // namespace zipage::ui
