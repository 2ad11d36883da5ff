#include "ui/generation/generation_panel.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QRegularExpressionValidator>
#include <QVBoxLayout>

#include "ui/generation/wheel_guard.h"

namespace zipage::ui {

namespace {

constexpr int kReportDelayMs = 250;
constexpr int kMaxTokens = 1 << 24;

QLabel* heading(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("tone", "heading");
  return label;
}

QSpinBox* intField(int low, int high, const QString& suffix = {}) {
  auto* field = new QSpinBox;
  field->setRange(low, high);
  field->setSuffix(suffix);
  field->setGroupSeparatorShown(true);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setFixedWidth(136);
  return field;
}

QDoubleSpinBox* realField(double low, double high) {
  auto* field = new QDoubleSpinBox;
  field->setRange(low, high);
  field->setDecimals(2);
  field->setSingleStep(0.05);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setFixedWidth(136);
  return field;
}

QFormLayout* form() {
  auto* layout = new QFormLayout;
  layout->setHorizontalSpacing(16);
  layout->setVerticalSpacing(8);
  layout->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
  layout->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  layout->setFormAlignment(Qt::AlignLeft | Qt::AlignTop);
  return layout;
}

void addRow(QFormLayout& layout, const QString& name, QWidget* field, const QString& meaning) {
  auto* label = new QLabel(name);
  label->setBuddy(field);
  label->setMinimumWidth(136);
  label->setToolTip(meaning);
  field->setToolTip(meaning);
  field->setAccessibleName(name);
  field->setAccessibleDescription(meaning);
  layout.addRow(label, field);
}

QString meaningOf(MemoryPolicy policy) {
  switch (policy) {
    case MemoryPolicy::Auto:
      return GenerationPanel::tr(
          "Every token is kept while there is room. When other chats need the memory, the least useful "
          "tokens are evicted, down to the budget.");
    case MemoryPolicy::Budget:
      return GenerationPanel::tr(
          "The chat never holds more than budget and period together: when they are full, the least useful "
          "tokens are evicted and writing goes on.");
    case MemoryPolicy::Grow:
      return GenerationPanel::tr(
          "Like bounded, with a budget that grows by a page while the model looks back at more and more.");
    case MemoryPolicy::Full:
      return GenerationPanel::tr(
          "Every token is kept, so memory grows with the chat until the pool is full.");
  }
  return {};
}

}  // namespace

GenerationPanel::GenerationPanel(QWidget* parent) : QWidget(parent) {
  setObjectName(QStringLiteral("generationPanel"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  addMemory(*layout);
  layout->addSpacing(16);
  addThinking(*layout);
  layout->addSpacing(16);
  addSampling(*layout);
  layout->addSpacing(16);
  addSystemPrompt(*layout);
  layout->addStretch(1);
  m_report.setSingleShot(true);
  m_report.setInterval(kReportDelayMs);
  connect(&m_report, &QTimer::timeout, this, [this] { emit settingsChanged(settings()); });
  watch();
  setSettings({});
}

void GenerationPanel::addMemory(QVBoxLayout& layout) {
  m_policyMeaning = new QLabel;
  m_policyMeaning->setObjectName(QStringLiteral("policyMeaning"));
  m_policyMeaning->setWordWrap(true);
  m_policyMeaning->setProperty("tone", "muted");
  m_budget = intField(1, kMaxTokens, tr(" tokens"));
  m_period = intField(1, kMaxTokens, tr(" tokens"));
  m_budget->setSingleStep(64);
  m_period->setSingleStep(32);
  QFormLayout* fields = form();
  addRow(*fields, tr("Budget"), m_budget, tr("How many tokens a chat keeps after a compression."));
  addRow(*fields, tr("Period"), m_period, tr("How many tokens are written between two compressions."));
  layout.addWidget(heading(tr("Memory of this chat")));
  layout.addLayout(policyChoice());
  layout.addWidget(m_policyMeaning);
  layout.addLayout(fields);
}

QLayout* GenerationPanel::policyChoice() {
  m_policy = new QButtonGroup(this);
  const auto button = [this](const QString& text, MemoryPolicy policy) {
    auto* radio = new QRadioButton(text);
    m_policy->addButton(radio, static_cast<int>(policy));
    return radio;
  };
  auto* choice = new QGridLayout;
  choice->setHorizontalSpacing(24);
  choice->setVerticalSpacing(8);
  choice->addWidget(button(tr("Automatic"), MemoryPolicy::Auto), 0, 0);
  choice->addWidget(button(tr("Bounded"), MemoryPolicy::Budget), 0, 1);
  choice->addWidget(button(tr("Growing"), MemoryPolicy::Grow), 1, 0);
  choice->addWidget(button(tr("Full"), MemoryPolicy::Full), 1, 1);
  choice->setColumnStretch(2, 1);
  return choice;
}

void GenerationPanel::addThinking(QVBoxLayout& layout) {
  m_thinking = new QCheckBox(tr("Think before answering"));
  m_thinking->setToolTip(tr("Off: the model is asked to answer at once, where its template can say so."));
  m_maxNewTokens = intField(1, kMaxTokens, tr(" tokens"));
  m_maxNewTokens->setSingleStep(256);
  QFormLayout* fields = form();
  addRow(*fields, tr("Longest reply"), m_maxNewTokens, tr("Thinking and answer together end here."));
  layout.addWidget(heading(tr("Reply")));
  layout.addWidget(m_thinking);
  layout.addLayout(fields);
}

void GenerationPanel::addSampling(QVBoxLayout& layout) {
  m_temperature = realField(0.0, 5.0);
  m_topP = realField(0.0, 1.0);
  m_minP = realField(0.0, 1.0);
  m_topK = intField(0, 1 << 20);
  m_topK->setSpecialValueText(tr("off"));
  m_repetitionPenalty = realField(0.1, 10.0);
  m_seed = new QLineEdit;
  m_seed->setFixedWidth(136);
  m_seed->setPlaceholderText(tr("random"));
  m_seed->setValidator(
      new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{0,18}")), m_seed));
  QFormLayout* fields = form();
  addRow(*fields, tr("Temperature"), m_temperature, tr("0 always takes the likeliest token."));
  addRow(*fields, tr("Top-k"), m_topK, tr("Only the k likeliest tokens are drawn from."));
  addRow(*fields, tr("Top-p"), m_topP,
         tr("Only the likeliest tokens that make up this share are drawn from."));
  addRow(*fields, tr("Min-p"), m_minP,
         tr("Tokens less likely than this share of the likeliest are left out."));
  addRow(*fields, tr("Repetition penalty"), m_repetitionPenalty,
         tr("Above 1, tokens that were used already are less likely."));
  addRow(*fields, tr("Seed"), m_seed,
         tr("The same number gives the same reply. Empty: another one each time."));
  layout.addWidget(heading(tr("Sampling")));
  layout.addLayout(fields);
}

void GenerationPanel::addSystemPrompt(QVBoxLayout& layout) {
  m_systemPrompt = new QPlainTextEdit;
  m_systemPrompt->setAccessibleName(tr("System prompt"));
  m_systemPrompt->setPlaceholderText(tr("None"));
  m_systemPrompt->setTabChangesFocus(true);
  m_systemPrompt->setFixedHeight(96);
  layout.addWidget(heading(tr("System prompt")));
  layout.addWidget(m_systemPrompt);
}

void GenerationPanel::watch() {
  auto* guard = new WheelGuard(this);
  for (QAbstractSpinBox* field : findChildren<QAbstractSpinBox*>()) {
    field->setFocusPolicy(Qt::StrongFocus);
    field->installEventFilter(guard);
  }
  for (QSpinBox* field : {m_budget, m_period, m_maxNewTokens, m_topK}) {
    connect(field, &QSpinBox::valueChanged, this, &GenerationPanel::edited);
  }
  for (QDoubleSpinBox* field : {m_temperature, m_topP, m_minP, m_repetitionPenalty}) {
    connect(field, &QDoubleSpinBox::valueChanged, this, &GenerationPanel::edited);
  }
  connect(m_policy, &QButtonGroup::idToggled, this, &GenerationPanel::edited);
  connect(m_thinking, &QCheckBox::toggled, this, &GenerationPanel::edited);
  connect(m_seed, &QLineEdit::textChanged, this, &GenerationPanel::edited);
  connect(m_systemPrompt, &QPlainTextEdit::textChanged, this, &GenerationPanel::edited);
}

void GenerationPanel::edited() {
  showPolicy();
  if (!m_isShowing) m_report.start();
}

MemoryPolicy GenerationPanel::policy() const { return static_cast<MemoryPolicy>(m_policy->checkedId()); }

void GenerationPanel::showPolicy() {
  const MemoryPolicy chosen = policy();
  m_policyMeaning->setText(meaningOf(chosen));
  m_budget->setEnabled(chosen != MemoryPolicy::Full);
  m_period->setEnabled(chosen == MemoryPolicy::Budget || chosen == MemoryPolicy::Grow);
}

void GenerationPanel::setSettings(const GenerationSettings& settings) {
  m_isShowing = true;
  m_policy->button(static_cast<int>(settings.policy))->setChecked(true);
  m_budget->setValue(settings.budgetTokens);
  m_period->setValue(settings.periodTokens);
  m_thinking->setChecked(settings.thinking);
  m_maxNewTokens->setValue(settings.maxNewTokens);
  m_temperature->setValue(settings.temperature);
  m_topP->setValue(settings.topP);
  m_minP->setValue(settings.minP);
  m_topK->setValue(settings.topK);
  m_repetitionPenalty->setValue(settings.repetitionPenalty);
  m_seed->setText(settings.seed < 0 ? QString() : QString::number(settings.seed));
  m_systemPrompt->setPlainText(settings.systemPrompt);
  m_isShowing = false;
  m_report.stop();
  showPolicy();
}

GenerationSettings GenerationPanel::settings() const {
  GenerationSettings settings;
  settings.policy = policy();
  settings.budgetTokens = m_budget->value();
  settings.periodTokens = m_period->value();
  settings.thinking = m_thinking->isChecked();
  settings.maxNewTokens = m_maxNewTokens->value();
  settings.temperature = m_temperature->value();
  settings.topP = m_topP->value();
  settings.minP = m_minP->value();
  settings.topK = m_topK->value();
  settings.repetitionPenalty = m_repetitionPenalty->value();
  settings.seed = m_seed->text().isEmpty() ? -1 : m_seed->text().toLongLong();
  settings.systemPrompt = m_systemPrompt->toPlainText();
  return settings;
}

void GenerationPanel::takeFocus() { m_policy->checkedButton()->setFocus(Qt::ShortcutFocusReason); }

void GenerationPanel::flush() {
  if (!m_report.isActive()) return;
  m_report.stop();
  emit settingsChanged(settings());
}

}  // namespace zipage::ui
