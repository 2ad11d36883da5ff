#include "ui/chats/trash_dialog.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMessageBox>
#include <QPushButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include "ui/chats/chat_texts.h"

namespace zipage::ui {

namespace {

constexpr QSize kTrashSize(640, 400);
constexpr int kIdRole = Qt::UserRole;

}  // namespace

TrashDialog::TrashDialog(QWidget* parent)
    : QDialog(parent), m_table(new QTreeWidget), m_hint(new QLabel), m_restore(nullptr), m_erase(nullptr) {
  setObjectName(QStringLiteral("trashDialog"));
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Deleted chats"));
  m_hint->setWordWrap(true);
  m_hint->setProperty("tone", "muted");
  makeTable();
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close);
  m_restore = buttons->addButton(tr("Restore"), QDialogButtonBox::ActionRole);
  m_restore->setObjectName(QStringLiteral("restoreButton"));
  m_erase = buttons->addButton(tr("Erase all…"), QDialogButtonBox::ActionRole);
  m_erase->setObjectName(QStringLiteral("eraseButton"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(16);
  layout->addWidget(m_hint);
  layout->addWidget(m_table, 1);
  layout->addWidget(buttons);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
  connect(m_restore, &QPushButton::clicked, this, &TrashDialog::restoreChosen);
  connect(m_erase, &QPushButton::clicked, this, &TrashDialog::askBeforeErasing);
  connect(m_table, &QTreeWidget::itemSelectionChanged, this, &TrashDialog::updateButtons);
  connect(m_table, &QTreeWidget::itemActivated, this, &TrashDialog::restoreChosen);
  setChats({});
  resize(kTrashSize);
}

void TrashDialog::makeTable() {
  m_table->setObjectName(QStringLiteral("trash"));
  m_table->setAccessibleName(tr("Deleted chats"));
  m_table->setHeaderLabels({tr("Chat"), tr("Deleted"), tr("Erased on")});
  m_table->setRootIsDecorated(false);
  m_table->setUniformRowHeights(true);
  m_table->setSelectionMode(QAbstractItemView::ExtendedSelection);
  m_table->header()->setStretchLastSection(false);
  m_table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->header()->setSectionResizeMode(0, QHeaderView::Stretch);
}

void TrashDialog::setChats(const QVector<TrashItem>& chats) {
  m_table->clear();
  const QDateTime now = QDateTime::currentDateTime();
  for (const TrashItem& chat : chats) {
    auto* row = new QTreeWidgetItem({chat.title.simplified(), timeText(chat.deleted, now),
                                     QLocale().toString(chat.erased.date(), QLocale::ShortFormat)});
    row->setData(0, kIdRole, chat.id);
    m_table->addTopLevelItem(row);
  }
  if (m_table->topLevelItemCount() > 0) m_table->setCurrentItem(m_table->topLevelItem(0));
  m_hint->setText(chats.isEmpty() ? tr("There are no deleted chats. One that you delete can be brought back "
                                       "from here for 30 days.")
                                  : tr("Restored chats come back with all their versions."));
  updateButtons();
}

void TrashDialog::updateButtons() {
  m_restore->setEnabled(!m_table->selectedItems().isEmpty());
  m_erase->setEnabled(m_table->topLevelItemCount() > 0);
}

void TrashDialog::restoreChosen() {
  QVector<qint64> chats;
  for (const QTreeWidgetItem* row : m_table->selectedItems()) chats << row->data(0, kIdRole).toLongLong();
  for (const qint64 chat : std::as_const(chats)) Q_EMIT restoreRequested(chat);
}

void TrashDialog::askBeforeErasing() {
  auto* question =
      new QMessageBox(QMessageBox::Question, tr("Erase all deleted chats?"),
                      tr("They and all deleted messages are erased now. Nothing brings them back."),
                      QMessageBox::Cancel, this);
  question->setAttribute(Qt::WA_DeleteOnClose);
  QPushButton* erase = question->addButton(tr("Erase"), QMessageBox::DestructiveRole);
  connect(erase, &QPushButton::clicked, this, &TrashDialog::emptyRequested);
  question->open();
}

}  // namespace zipage::ui
