#include "ui/chats/chat_panel.h"

#include <QAction>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QToolButton>

#include "ui/chats/chat_filter_model.h"
#include "ui/chats/chat_list_delegate.h"
#include "ui/chats/chat_list_model.h"
#include "ui/chats/filter_button.h"
#include "ui/theme/icons.h"
#include "ui/theme/key_hints.h"

namespace zipage::ui {

namespace {

constexpr int kSearchDelayMs = 150;

}  // namespace

ChatPanel::ChatPanel(OwnerColors& colors, QWidget* parent)
    : QWidget(parent),
      m_model(new ChatListModel(this)),
      m_listed(new ChatFilterModel(*m_model, this)),
      m_search(new QLineEdit),
      m_filter(new FilterButton),
      m_list(new QListView),
      m_nothing(new QLabel) {
  setObjectName(QStringLiteral("chatPanel"));
  setAttribute(Qt::WA_StyledBackground);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 1, 8);
  layout->setSpacing(0);
  layout->addWidget(makeHeader());
  layout->addWidget(makeSearch());
  makeList(colors);
  layout->addWidget(m_nothing);
  layout->addWidget(m_list, 1);
  connect(m_model, &ChatListModel::renamed, this, &ChatPanel::chatRenamed);
  showEmptiness();
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
  explain(*m_newChat, tr("New chat"), "newChat");
  m_newChat->setAccessibleName(tr("New chat"));
  connect(m_newChat, &QToolButton::clicked, this, &ChatPanel::newChatRequested);
  row->addWidget(title, 1);
  row->addWidget(m_newChat);
  return header;
}

QWidget* ChatPanel::makeSearch() {
  m_search->setObjectName(QStringLiteral("chatSearch"));
  m_search->setPlaceholderText(tr("Search"));
  m_search->setAccessibleName(tr("Search all chats"));
  explain(*m_search, tr("Titles, questions, answers and reasoning"), "searchChats");
  m_search->setClearButtonEnabled(true);
  m_search->installEventFilter(this);
  m_searchTimer.setSingleShot(true);
  m_searchTimer.setInterval(kSearchDelayMs);
  connect(m_search, &QLineEdit::textChanged, &m_searchTimer, qOverload<>(&QTimer::start));
  connect(&m_searchTimer, &QTimer::timeout, this, &ChatPanel::search);
  connect(m_filter, &FilterButton::aboutToChoose, this, [this] { m_filter->setModels(m_model->models()); });
  connect(m_filter, &FilterButton::filterChosen, this,
          [this](const ChatFilter& filter) { changeList([&] { m_listed->setFilter(filter); }); });
  auto* area = new QWidget;
  auto* row = new QHBoxLayout(area);
  row->setContentsMargins(8, 0, 8, 8);
  row->setSpacing(4);
  row->addWidget(m_search, 1);
  row->addWidget(m_filter);
  return area;
}

void ChatPanel::makeList(OwnerColors& colors) {
  m_delegate = new ChatListDelegate(colors, this);
  m_list->setObjectName(QStringLiteral("chatList"));
  m_list->setAccessibleName(tr("Chats"));
  m_list->setModel(m_listed);
  m_list->setItemDelegate(m_delegate);
  m_list->setMouseTracking(true);
  m_list->setUniformItemSizes(true);
  m_list->setVerticalScrollMode(QAbstractItemView::ScrollPerPixel);
  m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  m_list->setEditTriggers(QAbstractItemView::EditKeyPressed | QAbstractItemView::DoubleClicked);
  m_list->setContextMenuPolicy(Qt::CustomContextMenu);
  m_list->installEventFilter(this);
  connect(m_list, &QListView::customContextMenuRequested, this, &ChatPanel::showMenu);
  connect(m_list, &QListView::clicked, this, [this](const QModelIndex& index) {
    if (m_listed->isSearching()) choose(index);
  });
  connect(m_list->selectionModel(), &QItemSelectionModel::currentChanged, this, &ChatPanel::onCurrentChanged);
  m_nothing->setObjectName(QStringLiteral("noChats"));
  m_nothing->setProperty("tone", "muted");
  m_nothing->setWordWrap(true);
  m_nothing->setContentsMargins(16, 8, 16, 8);
}

bool ChatPanel::eventFilter(QObject* watched, QEvent* event) {
  if (watched == m_search && filterSearchKey(event)) return true;
  if (watched == m_list && event->type() == QEvent::KeyPress &&
      static_cast<QKeyEvent*>(event)->matches(QKeySequence::Delete)) {
    if (m_currentChat != 0) Q_EMIT chatCommanded(m_currentChat, ChatCommand::Delete);
    return true;
  }
  return QWidget::eventFilter(watched, event);
}

/// Escape ends the search, Down and Enter go to what was found.
bool ChatPanel::filterSearchKey(QEvent* event) {
  if (event->type() != QEvent::KeyPress && event->type() != QEvent::ShortcutOverride) return false;
  auto* key = static_cast<QKeyEvent*>(event);
  const bool goes = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter || key->key() == Qt::Key_Down;
  const bool ends = key->key() == Qt::Key_Escape && !m_search->text().isEmpty();
  if (!goes && !ends) return false;
  key->accept();
  if (event->type() == QEvent::ShortcutOverride) return true;  // the key comes here, not to the window
  if (ends) {
    m_search->clear();
    m_searchTimer.stop();
    search();
  } else if (m_listed->rowCount() > 0) {
    m_list->setFocus(Qt::OtherFocusReason);
    const QModelIndex first = m_listed->index(0, 0);
    const bool isOpen = m_listed->chatAt(0) == m_currentChat;
    m_list->setCurrentIndex(first);  // which chooses it, unless it is the one that is open
    if (isOpen) choose(first);
  }
  return true;
}

void ChatPanel::setTheme(const Theme& theme) {
  m_delegate->setTheme(theme);
  m_filter->setTheme(theme);
  m_newChat->setIcon(lineIcon(QStringLiteral("plus"), theme.text));
  m_list->viewport()->update();
}

void ChatPanel::setChats(const QVector<ChatItem>& chats) {
  changeList([&] { m_model->setChats(chats); });
}

void ChatPanel::updateChat(const ChatItem& chat) {
  changeList([&] { m_model->update(chat); });
}

void ChatPanel::removeChat(qint64 chatId) {
  if (chatId == m_currentChat) m_currentChat = 0;
  changeList([&] { m_model->remove(chatId); });
}

/// A row that goes makes the view choose a neighbour, which nobody asked for.
void ChatPanel::changeList(const std::function<void()>& change) {
  m_isChanging = true;
  change();
  m_isChanging = false;
  setCurrentChat(m_currentChat);
  showEmptiness();
}

void ChatPanel::setCurrentChat(qint64 chatId) {
  m_currentChat = chatId;
  const int row = m_listed->rowOf(chatId);
  if (row >= 0)
    m_list->setCurrentIndex(m_listed->index(row, 0));
  else
    m_list->selectionModel()->clear();
}

void ChatPanel::focusSearch() {
  m_search->setFocus(Qt::ShortcutFocusReason);
  m_search->selectAll();
}

void ChatPanel::search() {
  const QString query = m_search->text().trimmed();
  if (!query.isEmpty()) {
    Q_EMIT searchRequested(query);
    return;
  }
  changeList([&] { m_listed->clearHits(); });
}

void ChatPanel::setSearchHits(const QString& query, const QVector<ChatHit>& hits) {
  if (query != m_search->text().trimmed()) return;
  changeList([&] { m_listed->setHits(hits); });
}

void ChatPanel::showEmptiness() {
  m_nothing->setVisible(m_listed->rowCount() == 0);
  m_nothing->setText(m_listed->isSearching()   ? tr("Nothing was found.")
                     : m_model->rowCount() > 0 ? tr("No chat is like that.")
                                               : tr("Your chats will be listed here."));
}

qint64 ChatPanel::chatBeside(int steps) const {
  const int row = m_listed->rowOf(m_currentChat);
  return m_listed->chatAt(row < 0 ? (steps > 0 ? 0 : -1) : row + steps);
}

QString ChatPanel::titleOf(qint64 chatId) const { return m_model->titleOf(chatId); }

void ChatPanel::editTitle(qint64 chatId) {
  const int row = m_listed->rowOf(chatId);
  if (row >= 0) m_list->edit(m_listed->index(row, 0));
}

void ChatPanel::choose(const QModelIndex& index) {
  const qint64 chatId = m_listed->chatAt(index.row());
  if (chatId == 0) return;
  m_currentChat = chatId;
  const ChatHit* hit = m_listed->hitAt(index.row());
  if (hit == nullptr || hit->matches.isEmpty()) {
    Q_EMIT chatSelected(chatId);
    return;
  }
  const QPoint match = hit->matches.constFirst();
  Q_EMIT hitChosen(chatId, hit->messageId, hit->snippet.mid(match.x(), match.y()));
}

void ChatPanel::onCurrentChanged(const QModelIndex& current) {
  if (m_isChanging) return;
  const qint64 chatId = m_listed->chatAt(current.isValid() ? current.row() : -1);
  if (chatId != 0 && chatId != m_currentChat) choose(current);
}

void ChatPanel::showMenu(const QPoint& position) {
  const QModelIndex index = m_list->indexAt(position);
  if (!index.isValid()) return;
  const qint64 chatId = m_listed->chatAt(index.row());
  const bool isPinned = index.data(ChatListModel::PinnedRole).toBool();
  auto* menu = new QMenu(this);
  menu->setAttribute(Qt::WA_DeleteOnClose);
  const auto add = [&](const QString& text, auto action) {
    connect(menu->addAction(text), &QAction::triggered, this, action);
  };
  const auto command = [this, chatId](ChatCommand wanted) {
    return [this, chatId, wanted] { Q_EMIT chatCommanded(chatId, wanted); };
  };
  const auto exportAs = [this, chatId](ExportFormat format) {
    return [this, chatId, format] { Q_EMIT exportRequested({chatId}, titleOf(chatId), format); };
  };
  add(tr("Rename"), [this, chatId] { editTitle(chatId); });
  add(isPinned ? tr("Unpin") : tr("Pin to the top"),
      command(isPinned ? ChatCommand::Unpin : ChatCommand::Pin));
  add(tr("Duplicate"), command(ChatCommand::Duplicate));
  menu->addSeparator();
  add(tr("Export as Markdown…"), exportAs(ExportFormat::Markdown));
  add(tr("Export this chat as JSON…"), exportAs(ExportFormat::Json));
  menu->addSeparator();
  add(tr("Delete"), command(ChatCommand::Delete));
  menu->popup(m_list->viewport()->mapToGlobal(position));
}

}  // namespace zipage::ui
