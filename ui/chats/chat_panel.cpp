#include "ui/chats/chat_panel.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QListView>
#include <QMenu>
#include <QToolButton>

#include "ui/chats/chat_list_delegate.h"
#include "ui/chats/chat_list_model.h"
#include "ui/theme/icons.h"

namespace zipage::ui {

ChatPanel::ChatPanel(OwnerColors& colors, QWidget* parent)
    : QWidget(parent), m_model(new ChatListModel(this)), m_list(new QListView) {
  setObjectName(QStringLiteral("chatPanel"));
  setAttribute(Qt::WA_StyledBackground);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 1, 8);
  layout->setSpacing(0);
  layout->addWidget(makeHeader());
  makeList(colors);
  layout->addWidget(m_list, 1);
  connect(m_model, &ChatListModel::renamed, this, &ChatPanel::chatRenamed);
}

QWidget* ChatPanel::makeHeader() {
  auto* header = new QWidget;
  auto* row = new QHBoxLayout(header);
  row->setContentsMargins(16, 12, 8, 8);
  auto* title = new QLabel(tr("Chats"));
  title->setProperty("tone", "heading");
  m_newChat = new QToolButton;
  m_newChat->setObjectName(QStringLiteral("newChatButton"));
  m_newChat->setIconSize({kSmallIcon, kSmallIcon});
  m_newChat->setToolTip(tr("New chat (Ctrl+N)"));
  m_newChat->setAccessibleName(tr("New chat"));
  connect(m_newChat, &QToolButton::clicked, this, &ChatPanel::newChatRequested);
  row->addWidget(title, 1);
  row->addWidget(m_newChat);
  return header;
}

void ChatPanel::makeList(OwnerColors& colors) {
  m_delegate = new ChatListDelegate(colors, this);
  m_list->setObjectName(QStringLiteral("chatList"));
  m_list->setAccessibleName(tr("Chats"));
  m_list->setModel(m_model);
  m_list->setItemDelegate(m_delegate);
  m_list->setMouseTracking(true);
  m_list->setUniformItemSizes(true);
  m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
  m_list->setContextMenuPolicy(Qt::CustomContextMenu);
  m_list->installEventFilter(this);
  connect(m_list, &QListView::customContextMenuRequested, this, &ChatPanel::showMenu);
  connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &ChatPanel::onCurrentChanged);
}

bool ChatPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_list && event->type() == QEvent::KeyPress &&
      static_cast<QKeyEvent*>(event)->matches(QKeySequence::Delete)) {
    if (m_currentChat != 0) emit chatDeleteRequested(m_currentChat);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

void ChatPanel::setTheme(const Theme& theme) {
  m_delegate->setTheme(theme);
  m_newChat->setIcon(lineIcon(QStringLiteral("plus"), theme.text));
  m_list->viewport()->update();
}

void ChatPanel::setChats(const QVector<ChatItem>& chats) {
  m_model->setChats(chats);
  setCurrentChat(m_currentChat);
}

void ChatPanel::updateChat(const ChatItem& chat) {
  m_model->update(chat);
  if (chat.id == m_currentChat) setCurrentChat(chat.id);
}

void ChatPanel::removeChat(qint64 chatId) {
  if (chatId == m_currentChat) setCurrentChat(0);
  m_model->remove(chatId);
}

void ChatPanel::setCurrentChat(qint64 chatId) {
  m_currentChat = chatId;
  const int row = m_model->rowOf(chatId);
  if (row >= 0)
    m_list->setCurrentIndex(m_model->index(row));
  else
    m_list->selectionModel()->clear();
}

qint64 ChatPanel::chatBeside(int steps) const {
  const int row = m_model->rowOf(m_currentChat);
  return m_model->chatAt(row < 0 ? (steps > 0 ? 0 : -1) : row + steps);
}

QString ChatPanel::titleOf(qint64 chatId) const { return m_model->titleOf(chatId); }

void ChatPanel::editTitle(qint64 chatId) {
  const int row = m_model->rowOf(chatId);
  if (row >= 0) m_list->edit(m_model->index(row));
}

void ChatPanel::onCurrentChanged(const QModelIndex& current) {
  const qint64 chatId = m_model->chatAt(current.isValid() ? current.row() : -1);
  if (chatId == 0 || chatId == m_currentChat) return;
  m_currentChat = chatId;
  emit chatSelected(chatId);
}

void ChatPanel::showMenu(const QPoint& position) {
  const QModelIndex index = m_list->indexAt(position);
  if (!index.isValid()) return;
  const qint64 chatId = m_model->chatAt(index.row());
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  connect(menu->addAction(tr("Rename")), &QAction::triggered, this, [this, chatId] { editTitle(chatId); });
  connect(menu->addAction(tr("Delete")), &QAction::triggered, this,
          [this, chatId] { emit chatDeleteRequested(chatId); });
  menu->popup(m_list->viewport()->mapToGlobal(position));
}

}  // namespace zipage::ui
