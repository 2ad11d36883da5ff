#include "ui/memory/compare_dialog.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>
#include <QStandardItemModel>
#include <QTreeView>
#include <QVBoxLayout>

namespace zipage::ui {

namespace {

constexpr QSize kDefaultSize(960, 720);
constexpr int kQuestionLines = 3;
constexpr int kMostTokens = 1 << 20;
constexpr int kPageTokens = 32;  // budgets are whole pages

QSpinBox* tokenBox(const QString& name) {
  auto* box = new QSpinBox;
  box->setRange(kPageTokens, kMostTokens);
  box->setSingleStep(kPageTokens);
  box->setButtonSymbols(QAbstractSpinBox::NoButtons);
  box->setAccessibleName(name);
  box->setToolTip(name);
  return box;
}

QPlainTextEdit* readOnlyText(const QString& name) {
  auto* text = new QPlainTextEdit;
  text->setReadOnly(true);
  text->setTabChangesFocus(true);
  text->setAccessibleName(name);
  return text;
}

QTextEdit::ExtraSelection selectionOf(QPlainTextEdit& text, qsizetype from, qsizetype length) {
  QTextEdit::ExtraSelection selection;
  selection.cursor = QTextCursor(text.document());
  selection.cursor.setPosition(static_cast<int>(from));
  selection.cursor.setPosition(static_cast<int>(from + length), QTextCursor::KeepAnchor);
  return selection;
}

}  // namespace

CompareDialog::CompareDialog(QWidget* parent)
    : QDialog(parent),
      m_question(new QPlainTextEdit),
      m_first(makeSide(tr("First"))),
      m_second(makeSide(tr("Second"))),
      m_verdict(new QLabel),
      m_figures(new QStandardItemModel(this)),
      m_table(new QTreeView),
      m_compare(new QPushButton(tr("Compare"))),
      m_copy(new QPushButton(tr("Copy"))) {
  setObjectName(QStringLiteral("compareDialog"));
  setAttribute(Qt::WA_WindowPropagation);
  setWindowTitle(tr("Compare memory policies"));
  m_question->setObjectName(QStringLiteral("compareQuestion"));
  m_question->setAccessibleName(tr("Question"));
  m_question->setPlaceholderText(tr("A question, asked twice"));
  m_question->setTabChangesFocus(true);
  m_question->setFixedHeight(fontMetrics().lineSpacing() * kQuestionLines + 20);
  m_first.text->setObjectName(QStringLiteral("compareFirst"));
  m_second.text->setObjectName(QStringLiteral("compareSecond"));
  m_verdict->setObjectName(QStringLiteral("compareVerdict"));
  m_verdict->setWordWrap(true);
  m_verdict->setTextFormat(Qt::PlainText);
  m_verdict->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  m_table->setModel(m_figures);
  m_table->setAccessibleName(tr("Figures of both"));
  m_table->setRootIsDecorated(false);
  m_table->setUniformRowHeights(true);
  m_table->setSelectionMode(QAbstractItemView::NoSelection);
  m_table->header()->setSectionResizeMode(QHeaderView::Stretch);
  m_compare->setObjectName(QStringLiteral("compareStart"));
  m_compare->setProperty("kind", "primary");
  for (QPushButton* button : {m_compare, m_copy}) button->setAutoDefault(false);

  auto* hint = new QLabel(
      tr("Asked in a chat of its own, with the same seed, on the engine that is open. Where the texts part "
         "is marked."));
  hint->setWordWrap(true);
  hint->setProperty("tone", "muted");
  auto* sides = new QHBoxLayout;
  sides->setSpacing(16);
  sides->addLayout(layoutOf(m_first), 1);
  sides->addLayout(layoutOf(m_second), 1);
  auto* buttons = new QHBoxLayout;
  buttons->setSpacing(8);
  buttons->addWidget(m_copy);
  buttons->addStretch(1);
  buttons->addWidget(m_compare);
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(12);
  layout->addWidget(m_question);
  layout->addWidget(hint);
  layout->addLayout(sides, 1);
  layout->addWidget(m_verdict);
  layout->addWidget(m_table);
  layout->addLayout(buttons);
  connect(m_question, &QPlainTextEdit::textChanged, this, &CompareDialog::showState);
  connect(m_compare, &QPushButton::clicked, this, &CompareDialog::compare);
  connect(m_copy, &QPushButton::clicked, this, &CompareDialog::copy);
  // The same place of both is looked at.
  connect(m_first.text->verticalScrollBar(), &QScrollBar::valueChanged, m_second.text->verticalScrollBar(),
          &QScrollBar::setValue);
  connect(m_second.text->verticalScrollBar(), &QScrollBar::valueChanged, m_first.text->verticalScrollBar(),
          &QScrollBar::setValue);
  setSide(m_first, MemoryPolicy::Full);
  setSide(m_second, MemoryPolicy::Budget);
  resize(kDefaultSize);
  setComparison({});
}

CompareDialog::Side CompareDialog::makeSide(const QString& name) {
  Side side{new QComboBox, tokenBox(tr("Budget of the %1, in tokens").arg(name.toLower())),
            tokenBox(tr("Period of the %1, in tokens").arg(name.toLower())), readOnlyText(name)};
  side.budget->setPrefix(tr("budget "));
  side.period->setPrefix(tr("period "));
  side.policy->setAccessibleName(tr("Policy of the %1").arg(name.toLower()));
  side.policy->addItem(tr("Full"), static_cast<int>(MemoryPolicy::Full));
  side.policy->addItem(tr("Bounded"), static_cast<int>(MemoryPolicy::Budget));
  side.policy->addItem(tr("Automatic"), static_cast<int>(MemoryPolicy::Auto));
  side.policy->addItem(tr("Growing"), static_cast<int>(MemoryPolicy::Grow));
  const auto showBoxes = [side] {
    const bool evicts = side.policy->currentData().toInt() != static_cast<int>(MemoryPolicy::Full);
    side.budget->setEnabled(evicts);
    side.period->setEnabled(evicts);
  };
  connect(side.policy, &QComboBox::currentIndexChanged, this, showBoxes);
  showBoxes();
  return side;
}

QLayout* CompareDialog::layoutOf(const Side& side) {
  auto* head = new QHBoxLayout;
  head->setSpacing(8);
  head->addWidget(side.policy, 1);
  head->addWidget(side.budget);
  head->addWidget(side.period);
  auto* layout = new QVBoxLayout;
  layout->setSpacing(8);
  layout->addLayout(head);
  layout->addWidget(side.text, 1);
  return layout;
}

void CompareDialog::setSide(const Side& side, MemoryPolicy policy) {
  side.policy->setCurrentIndex(side.policy->findData(static_cast<int>(policy)));
  side.budget->setValue(m_settings.budgetTokens);
  side.period->setValue(m_settings.periodTokens);
}

GenerationSettings CompareDialog::settingsOf(const Side& side) const {
  GenerationSettings settings = m_settings;
  settings.policy = static_cast<MemoryPolicy>(side.policy->currentData().toInt());
  settings.budgetTokens = side.budget->value();
  settings.periodTokens = side.period->value();
  return settings;
}

void CompareDialog::setTheme(const Theme& theme) {
  m_muted = theme.mutedText;
  m_mark = mixed(theme.page, theme.warning, 0.35);
  setComparison(m_comparison);
}

void CompareDialog::setQuestion(const QString& question, const GenerationSettings& settings) {
  if (m_comparison.isRunning()) return;
  m_settings = settings;
  m_question->setPlainText(question);
  for (const Side& side : {m_first, m_second})
    setSide(side, static_cast<MemoryPolicy>(side.policy->currentData().toInt()));
}

void CompareDialog::compare() {
  if (m_comparison.isRunning()) return Q_EMIT stopRequested();
  m_plan = {m_question->toPlainText().trimmed(), settingsOf(m_first), settingsOf(m_second)};
  Q_EMIT compareRequested(m_plan);
}

void CompareDialog::setComparison(const Comparison& comparison) {
  const bool hasEnded = m_comparison.isRunning() && !comparison.isRunning();
  m_comparison = comparison;
  showReply(m_first, comparison.first);
  showReply(m_second, comparison.second);
  m_verdict->setText(comparisonText(comparison));
  const QVector<QStringList> rows = comparisonRows(comparison);
  m_figures->setColumnCount(3);
  m_figures->setHorizontalHeaderLabels({QString(), tr("First"), tr("Second")});
  m_figures->setRowCount(static_cast<int>(rows.size()));
  for (int row = 0; row < rows.size(); ++row) {
    for (int column = 0; column < 3; ++column) {
      const QModelIndex cell = m_figures->index(row, column);
      if (m_figures->data(cell).toString() != rows[row][column]) m_figures->setData(cell, rows[row][column]);
    }
  }
  const int rowHeight = std::max(m_table->sizeHintForRow(0), fontMetrics().lineSpacing());
  m_table->setFixedHeight(static_cast<int>(rows.size()) * rowHeight + m_table->header()->sizeHint().height() +
                          8);
  showState();
  if (hasEnded) showDifference();
}

/// Where the texts part; until there they scroll alike.
void CompareDialog::showDifference() {
  QTextCursor cursor(m_first.text->document());
  cursor.setPosition(static_cast<int>(
      std::min<qsizetype>(m_comparison.first.sameLength, m_first.text->toPlainText().size())));
  m_first.text->setTextCursor(cursor);
  m_first.text->centerCursor();
}

void CompareDialog::showReply(const Side& side, const ComparedReply& reply) {
  if (side.text->toPlainText() != reply.text) {
    const int scrolled = side.text->verticalScrollBar()->value();
    side.text->setPlainText(reply.text);
    side.text->verticalScrollBar()->setValue(reply.isRunning ? side.text->verticalScrollBar()->maximum()
                                                             : scrolled);
  }
  QTextEdit::ExtraSelection same = selectionOf(*side.text, 0, reply.sameLength);
  same.format.setForeground(m_muted);
  QTextEdit::ExtraSelection next = selectionOf(*side.text, reply.sameLength, reply.nextLength);
  next.format.setBackground(m_mark);
  side.text->setExtraSelections({same, next});
}

void CompareDialog::showState() {
  const bool isRunning = m_comparison.isRunning();
  m_compare->setText(isRunning ? tr("Stop") : tr("Compare"));
  m_compare->setEnabled(isRunning || !m_question->toPlainText().trimmed().isEmpty());
  m_copy->setEnabled(!isRunning && m_comparison.first.tokens + m_comparison.second.tokens > 0);
  m_question->setReadOnly(isRunning);
}

void CompareDialog::copy() { QApplication::clipboard()->setText(comparisonMarkdown(m_plan, m_comparison)); }

void CompareDialog::closeEvent(QCloseEvent* event) {
  if (m_comparison.isRunning()) Q_EMIT stopRequested();
  QDialog::closeEvent(event);
}

}  // namespace zipage::ui
