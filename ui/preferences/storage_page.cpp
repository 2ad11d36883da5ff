#include "ui/preferences/storage_page.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QPushButton>
#include <QShowEvent>
#include <QTreeView>
#include <QVBoxLayout>

#include "ui/preferences/storage_model.h"
#include "ui/theme/byte_text.h"
#include "ui/theme/tone.h"

namespace zipage::ui {

namespace {

constexpr int kBudgets[] = {0, 1, 2, 4, 8, 16, 32, 64, 128, 256};
constexpr int kBudgetWidth = 224;

QString budgetText(int gibibytes) {
  return gibibytes == 0 ? StoragePage::tr("Nothing is kept") : StoragePage::tr("%1 GiB").arg(gibibytes);
}

QLabel* plainLabel() {
  auto* label = new QLabel;
  label->setWordWrap(true);
  label->setTextFormat(Qt::PlainText);
  label->setProperty("tone", "muted");
  return label;
}

QString summaryText(const StorageReport& report) {
  const QString used =
      StoragePage::tr("%1 of %2 are used.").arg(bytesText(report.numBytes), bytesText(report.budgetBytes));
  return report.freeBytes < 0
             ? used
             : StoragePage::tr("%1 The disk has %2 left.").arg(used, bytesText(report.freeBytes));
}

QString figuresText(const StorageReport& report) {
  const QLocale locale;
  QStringList parts{
      StoragePage::tr("Since the start: %1 pieces read, %2 written (%3), %4 forgotten for newer ones")
          .arg(locale.toString(report.hits), locale.toString(report.written), bytesText(report.bytesWritten),
               locale.toString(report.evicted))};
  if (report.notWritten > 0) parts << StoragePage::tr("%1 not kept").arg(locale.toString(report.notWritten));
  if (report.misses > 0) parts << StoragePage::tr("%1 gone").arg(locale.toString(report.misses));
  if (report.damaged > 0) parts << StoragePage::tr("%1 damaged").arg(locale.toString(report.damaged));
  return parts.join(QStringLiteral(", ")) + QLatin1Char('.');
}

}  // namespace

StoragePage::StoragePage(QWidget* parent)
    : QWidget(parent),
      m_model(new StorageModel(this)),
      m_budget(new QComboBox),
      m_summary(plainLabel()),
      m_figures(plainLabel()),
      m_table(new QTreeView),
      m_clear(new QPushButton(tr("Forget what was read of it"))),
      m_clearAll(new QPushButton(tr("Forget all that was read"))) {
  m_table->setObjectName(QStringLiteral("storageTable"));
  m_table->setAccessibleName(tr("What is kept, by model and chat"));
  m_table->setModel(m_model);
  m_table->setUniformRowHeights(true);
  m_table->setAllColumnsShowFocus(true);
  m_table->header()->setStretchLastSection(true);
  m_table->header()->setSectionResizeMode(QHeaderView::ResizeToContents);
  m_table->header()->setSectionResizeMode(StorageModel::Name, QHeaderView::Interactive);
  m_table->header()->resizeSection(StorageModel::Name, kBudgetWidth);
  m_figures->setObjectName(QStringLiteral("storageFigures"));
  m_summary->setObjectName(QStringLiteral("storageSummary"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addLayout(makeBudgetRow());
  layout->addWidget(m_summary);
  layout->addSpacing(8);
  layout->addWidget(m_table, 1);
  layout->addWidget(m_figures);
  layout->addLayout(makeButtons());
  connect(m_table->selectionModel(), &QItemSelectionModel::currentChanged, this, &StoragePage::showChosen);
  connect(m_model, &QAbstractItemModel::modelReset, this, &StoragePage::showChosen);
  setReport({});
}

QLayout* StoragePage::makeBudgetRow() {
  const QString name = tr("Keep what models have read");
  const QString meaning =
      tr("What a model has read is kept, so that a chat goes on after a restart without reading it again.");
  for (const int gibibytes : kBudgets) m_budget->addItem(budgetText(gibibytes), gibibytes);
  m_budget->setFixedWidth(kBudgetWidth);
  m_budget->setAccessibleName(name);
  m_budget->setAccessibleDescription(meaning);
  m_budget->setToolTip(meaning);
  auto* label = new QLabel(name);
  label->setBuddy(m_budget);
  auto* row = new QHBoxLayout;
  row->setSpacing(16);
  row->addWidget(label);
  row->addWidget(m_budget);
  row->addStretch(1);
  connect(m_budget, &QComboBox::currentIndexChanged, this, [this] {
    if (!m_isShowing) Q_EMIT budgetChosen(m_budget->currentData().toInt());
  });
  return row;
}

QLayout* StoragePage::makeButtons() {
  auto* row = new QHBoxLayout;
  row->setSpacing(8);
  for (QPushButton* button : {m_clear, m_clearAll}) {
    button->setAutoDefault(false);
    row->addWidget(button);
  }
  auto* note = new QLabel(tr("Chats themselves stay."));
  note->setProperty("tone", "muted");
  row->addWidget(note);
  row->addStretch(1);
  m_clear->setToolTip(tr("What is kept of the chosen chat or model. Chats themselves stay."));
  m_clearAll->setToolTip(tr("What is kept of every model. Chats themselves stay."));
  connect(m_clear, &QPushButton::clicked, this, [this] {
    const QModelIndex chosen = m_table->currentIndex();
    if (chosen.isValid()) Q_EMIT clearRequested(m_model->modelAt(chosen), m_model->chatAt(chosen));
  });
  connect(m_clearAll, &QPushButton::clicked, this,
          [this] { Q_EMIT clearRequested(kEveryModel, kEveryChat); });
  return row;
}

void StoragePage::setBudget(int gibibytes) {
  m_isShowing = true;
  if (m_budget->findData(gibibytes) < 0) m_budget->addItem(budgetText(gibibytes), gibibytes);
  m_budget->setCurrentIndex(m_budget->findData(gibibytes));
  m_isShowing = false;
}

void StoragePage::setReport(const StorageReport& report) {
  m_model->setModels(report.models);
  m_table->expandAll();
  m_summary->setText(summaryText(report));
  m_figures->setText(report.problem.isEmpty()
                         ? figuresText(report)
                         : tr("%1 The last problem: %2").arg(figuresText(report), report.problem));
  m_clearAll->setEnabled(!report.models.isEmpty());
}

void StoragePage::showChosen() { m_clear->setEnabled(m_table->currentIndex().isValid()); }

void StoragePage::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  Q_EMIT reportRequested();
}

}  // namespace zipage::ui
