// What the window is made of; for its own sources only.
#pragma once

#include <QHash>
#include <QSplitter>
#include <memory>

#include "ui/chats/chat_panel.h"
#include "ui/composer/composer.h"
#include "ui/indicators/status_line.h"
#include "ui/main_window.h"
#include "ui/memory/chat_memory.h"
#include "ui/memory/compare_dialog.h"
#include "ui/memory/memory_model.h"
#include "ui/models/model_picker.h"
#include "ui/preferences/preferences.h"
#include "ui/preferences/settings_dialog.h"
#include "ui/theme/owner_colors.h"
#include "ui/transcript/transcript_view.h"
#include "ui/window/conversation.h"
#include "ui/window/doctor_dialog.h"
#include "ui/window/inspector.h"
#include "ui/window/reply_watch.h"
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
        status(new StatusLine),
        chatMemory(
            memory, [this] { return conversation->messages().messages(); }, window),
        inspector(std::make_unique<Inspector>(memory, colors, *window)),
        picker(new ModelPicker(window)),
        doctor(new DoctorDialog(window)),
        compare(new CompareDialog(window)),
        settings(new SettingsDialog(actions, window)) {}

  OwnerColors colors;
  MemoryModel memory;
  WindowActions actions;
  TopBar* topBar;
  QSplitter* splitter;
  ChatPanel* chats;
  Conversation* conversation;
  StatusLine* status;
  ChatMemory chatMemory;
  std::unique_ptr<Inspector> inspector;
  ModelPicker* picker;
  DoctorDialog* doctor;
  CompareDialog* compare;
  SettingsDialog* settings;
  Preferences preferences;
  ReplyWatch replies;
  ModelInfo model;  // at work or asleep, whatever is being loaded beside it
  std::shared_ptr<const CacheSnapshot> snapshot;
  qint64 currentChat = 0;
  QHash<qint64, BegunEdit> begunEdits;  // of chats that were left in the middle of one
  QHash<qint64, QVector<TranscriptView::WrittenRange>>
      pins;  // what each chat keeps, as long as the program runs
  QString modelProblem;
  bool wantsInspector = true;
};

}  // namespace zipage::ui
