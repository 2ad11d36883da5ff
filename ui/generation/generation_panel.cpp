#include "ui/generation/generation_panel.h"

#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QRegularExpressionValidator>
#include <QScopedValueRollback>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/generation/wheel_guard.h"

namespace zipage::ui {

namespace {

constexpr int kEditDelayMs = 400;
constexpr int kPromptLines = 4;

QLabel* heading(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("tone", "heading");
  return label;
}

QFormLayout* addForm(QVBoxLayout* layout) {
  auto* form = new QFormLayout;
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(16);
  form->setVerticalSpacing(8);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  layout->addLayout(form);
  return form;
}

// The fields of all forms begin at one line.
void alignForms(QWidget* panel) {
  const auto forms = panel->findChildren<QFormLayout*>();
  int widest = 0;
  const auto forEachLabel = [&](const auto& visit) {
    for (QFormLayout* form : forms) {
      for (int row = 0; row < form->rowCount(); ++row)
        visit(form->itemAt(row, QFormLayout::LabelRole)->widget());
    }
  };
  forEachLabel([&](QWidget* label) { widest = std::max(widest, label->sizeHint().width()); });
  forEachLabel([&](QWidget* label) { label->setMinimumWidth(widest); });
}

}  // namespace

GenerationPanel::GenerationPanel(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("generationPanel"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  addMemory(layout);
  addReply(layout);
  addSampling(layout);
  addInstructions(layout);
  layout->addStretch(1);
  alignForms(this);
  m_editTimer.setSingleShot(true);
  m_editTimer.setInterval(kEditDelayMs);
  connect(&m_editTimer, &QTimer::timeout, this, [this] { emit settingsChanged(settings()); });
  connectFields();
  setSettings({});
}

void GenerationPanel::addMemory(QVBoxLayout* layout) {
  layout->addWidget(heading(tr("Memory of a chat")));
  m_bounded = new QRadioButton(tr("Bounded"));
  m_full = new QRadioButton(tr("Full"));
  auto* choices = new QHBoxLayout;
  choices->setSpacing(24);
  choices->addWidget(m_bounded);
  choices->addWidget(m_full);
  choices->addStretch();
  layout->addLayout(choices);
  m_explanation = new QLabel;
  m_explanation->setProperty("tone", "muted");
  m_explanation->setWordWrap(true);
  layout->addWidget(m_explanation);
  auto* form = addForm(layout);
  m_budget = makeSpin(form, tr("Keep at most"), 32, 1 << 20, 64);
  m_budget->setSuffix(tr(" tokens"));
  m_period = makeSpin(form, tr("Compress every"), 16, 1 << 16, 16);
  m_period->setSuffix(tr(" tokens"));
  layout->addSpacing(8);
}

void GenerationPanel::addReply(QVBoxLayout* layout) {
  layout->addWidget(heading(tr("Reply")));
  m_thinking = new QCheckBox(tr("Think before answering"));
  layout->addWidget(m_thinking);
  m_maxNewTokens = makeSpin(addForm(layout), tr("Longest reply"), 1, 1 << 20, 256);
  m_maxNewTokens->setSuffix(tr(" tokens"));
  layout->addSpacing(8);
}

void GenerationPanel::addSampling(QVBoxLayout* layout) {
  layout->addWidget(heading(tr("Sampling")));
  auto* form = addForm(layout);
  m_temperature = makeReal(form, tr("Temperature"), 0.0, 5.0);
  m_temperature->setToolTip(tr("0 always takes the likeliest word."));
  m_topK = makeSpin(form, tr("Top-k"), 0, 100000, 1);
  m_topK->setSpecialValueText(tr("Off"));
  m_topP = makeReal(form, tr("Top-p"), 0.0, 1.0);
  m_minP = makeReal(form, tr("Min-p"), 0.0, 1.0);
  m_repetitionPenalty = makeReal(form, tr("Repetition penalty"), 0.1, 10.0);
  m_seed = new QLineEdit;
  m_seed->setPlaceholderText(tr("Another one each time"));
  m_seed->setAccessibleName(tr("Seed"));
  m_seed->setValidator(
      new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{0,18}")), m_seed));
  form->addRow(tr("Seed"), m_seed);
  layout->addSpacing(8);
}

void GenerationPanel::addInstructions(QVBoxLayout* layout) {
  layout->addWidget(heading(tr("Instructions")));
  m_systemPrompt = new QPlainTextEdit;
  m_systemPrompt->setAccessibleName(tr("Instructions to the model"));
  m_systemPrompt->setPlaceholderText(tr("What the model is told before every chat"));
  m_systemPrompt->setTabChangesFocus(true);
  m_systemPrompt->setFixedHeight(kPromptLines * m_systemPrompt->fontMetrics().lineSpacing() + 24);
  layout->addWidget(m_systemPrompt);
  m_reset = new QPushButton(tr("Back to the defaults"));
  layout->addWidget(m_reset, 0, Qt::AlignLeft);
}

QSpinBox* GenerationPanel::makeSpin(QFormLayout* form, const QString& name, int low, int high, int step) {
  auto* field = new QSpinBox;
  field->setRange(low, high);
  field->setSingleStep(step);
  field->setGroupSeparatorShown(true);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setAccessibleName(name);
  WheelGuard::watch(field);
  form->addRow(name, field);
  connect(field, &QSpinBox::valueChanged, this, &GenerationPanel::onEdited);
  return field;
}

QDoubleSpinBox* GenerationPanel::makeReal(QFormLayout* form, const QString& name, double low, double high) {
  auto* field = new QDoubleSpinBox;
  field->setRange(low, high);
  field->setSingleStep(0.05);
  field->setDecimals(2);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setAccessibleName(name);
  WheelGuard::watch(field);
  form->addRow(name, field);
  connect(field, &QDoubleSpinBox::valueChanged, this, &GenerationPanel::onEdited);
  return field;
}

void GenerationPanel::connectFields() {
  connect(m_bounded, &QRadioButton::toggled, this, &GenerationPanel::onEdited);
  connect(m_thinking, &QCheckBox::toggled, this, &GenerationPanel::onEdited);
  connect(m_seed, &QLineEdit::textChanged, this, &GenerationPanel::onEdited);
  connect(m_systemPrompt, &QPlainTextEdit::textChanged, this, &GenerationPanel::onEdited);
  connect(m_reset, &QPushButton::clicked, this, [this] {
    setSettings({});
    onEdited();
  });
}

void GenerationPanel::setSettings(const GenerationSettings& settings) {
  {
    const QScopedValueRollback guard(m_isFilling, true);
    (settings.bounded ? m_bounded : m_full)->setChecked(true);
    m_budget->setValue(settings.budgetTokens);
    m_period->setValue(settings.periodTokens);
    m_thinking->setChecked(settings.thinking);
    m_maxNewTokens->setValue(settings.maxNewTokens);
    m_temperature->setValue(settings.temperature);
    m_topK->setValue(settings.topK);
    m_topP->setValue(settings.topP);
    m_minP->setValue(settings.minP);
    m_repetitionPenalty->setValue(settings.repetitionPenalty);
    m_seed->setText(settings.seed < 0 ? QString() : QString::number(settings.seed));
    if (m_systemPrompt->toPlainText() != settings.systemPrompt)
      m_systemPrompt->setPlainText(settings.systemPrompt);
  }
  m_editTimer.stop();
  showMemoryChoice();
}

GenerationSettings GenerationPanel::settings() const {
  return {.bounded = m_bounded->isChecked(),
          .budgetTokens = m_budget->value(),
          .periodTokens = m_period->value(),
          .thinking = m_thinking->isChecked(),
          .maxNewTokens = m_maxNewTokens->value(),
          .temperature = m_temperature->value(),
          .topP = m_topP->value(),
          .minP = m_minP->value(),
          .topK = m_topK->value(),
          .repetitionPenalty = m_repetitionPenalty->value(),
          .seed = m_seed->text().isEmpty() ? -1 : m_seed->text().toLongLong(),
          .systemPrompt = m_systemPrompt->toPlainText()};
}

void GenerationPanel::commitEdits() {
  if (!m_editTimer.isActive()) return;
  m_editTimer.stop();
  emit settingsChanged(settings());
}

void GenerationPanel::onEdited() {
  if (m_isFilling) return;
  showMemoryChoice();
  m_editTimer.start();
}

void GenerationPanel::showMemoryChoice() {
  const bool isBounded = m_bounded->isChecked();
  m_explanation->setText(
      isBounded
          ? tr("A chat keeps at most %1 tokens. When more come, the least useful go, and it can go on for as "
               "long as it likes.")
                .arg(QLocale().toString(m_budget->value()))
          : tr("Every token is kept. A chat ends where the memory does."));
  m_budget->setEnabled(isBounded);
  m_period->setEnabled(isBounded);
}

}  // namespace zipage::ui
