#include <QAction>
#include <QDataStream>
#include <QIODevice>
#include <QResizeEvent>

#include "ui/main_window_parts.h"
#include "ui/memory/memory_panel.h"

namespace zipage::ui {

namespace {

constexpr QSize kWindowSize(1280, 800);
constexpr QSize kMinimumSize(640, 480);
constexpr int kChatsWidth = 240;
constexpr int kInspectorFoldsBelow = 1040;
constexpr int kBothSidesFrom = 880;
constexpr qint32 kLayoutVersion = 1;

}  // namespace

void MainWindow::arrange() {
  Parts& parts = *m_parts;
  parts.splitter->addWidget(parts.chats);
  parts.splitter->addWidget(parts.conversation);
  parts.splitter->setStretchFactor(1, 1);
  parts.splitter->setHandleWidth(1);
  parts.splitter->setChildrenCollapsible(false);
  parts.chats->setMinimumWidth(180);
  parts.conversation->setMinimumWidth(340);
  parts.splitter->setSizes({kChatsWidth, kWindowSize.width() - kChatsWidth});

  setMenuWidget(parts.topBar);
  setCentralWidget(parts.splitter);
  setStatusBar(parts.status);
  setMinimumSize(kMinimumSize);
  resize(kWindowSize);
  const OwnerNames names = [chats = parts.chats](OwnerId owner) {
    if (owner == kComparisons) return MainWindow::tr("Comparison");
    if (owner == kOtherPrograms) return MainWindow::tr("Other programs");
    return chats->titleOf(static_cast<qint64>(owner.value));
  };
  parts.inspector->memory().setOwnerNames(names);
  parts.memory.setOwnerNames(names);
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  const bool wasNarrow = event->oldSize().isValid() && event->oldSize().width() < kInspectorFoldsBelow;
  const bool isNarrow = event->size().width() < kInspectorFoldsBelow;
  if (isNarrow != wasNarrow) m_parts->inspector->setShown(m_parts->wantsInspector && !isNarrow);
}

/// What is asked for stays; the other side goes where both leave no room to read.
void MainWindow::makeRoomFor(Side side) {
  if (width() >= kBothSidesFrom || !m_parts->inspector->isShown() || m_parts->chats->isHidden()) return;
  if (side == Side::Inspector)
    m_parts->actions.showChats->setChecked(false);
  else
    m_parts->inspector->setShown(false);
}

QByteArray MainWindow::saveLayout() const {
  QByteArray layout;
  QDataStream out(&layout, QIODevice::WriteOnly);
  out << kLayoutVersion << saveGeometry() << saveState(kLayoutVersion) << m_parts->splitter->saveState()
      << m_parts->actions.showChats->isChecked() << m_parts->wantsInspector;
  return layout;
}

void MainWindow::restoreLayout(const QByteArray& layout) {
  QDataStream in(layout);
  qint32 version = 0;
  QByteArray geometry, state, splitter;
  bool showsChats = true, wantsInspector = true;
  in >> version >> geometry >> state >> splitter >> showsChats >> wantsInspector;
  if (in.status() != QDataStream::Ok || version != kLayoutVersion) return;
  Parts& parts = *m_parts;
  restoreGeometry(geometry);
  restoreState(state, kLayoutVersion);
  parts.splitter->restoreState(splitter);
  parts.actions.showChats->setChecked(showsChats);
  parts.wantsInspector = wantsInspector;
  const bool isWanted = wantsInspector && width() >= kInspectorFoldsBelow;
  if (isWanted != parts.inspector->isShown()) parts.inspector->setShown(isWanted);
}

}  // namespace zipage::ui
