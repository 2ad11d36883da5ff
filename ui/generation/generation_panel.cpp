#include "ui/generation/generation_panel.h"

#include <QButtonGroup>
#include <QCheckBox>
#include <QFormLayout>
#include <QGridLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QRadioButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include "ui/generation/fields.h"
#include "ui/generation/preset_bar.h"
#include "ui/generation/sampling_fields.h"
#include "ui/generation/stop_lines.h"
#include "ui/generation/wheel_guard.h"

namespace zipage::ui {

namespace {

constexpr int kReportDelayMs = 250;
constexpr int kMaxTokens = 1 << 24;

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

GenerationPanel::GenerationPanel(QWidget* parent)
    : QWidget(parent), m_presets(new PresetBar), m_sampling(new SamplingFields) {
  setObjectName(QStringLiteral("generationPanel"));
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(16, 16, 16, 16);
  layout->setSpacing(8);
  layout->addWidget(m_presets);
  layout->addSpacing(16);
  addMemory(*layout);
  layout->addSpacing(16);
  addReply(*layout);
  layout->addSpacing(16);
  layout->addWidget(m_sampling);
  layout->addSpacing(16);
  addSystemPrompt(*layout);
  layout->addStretch(1);
  m_report.setSingleShot(true);
  m_report.setInterval(kReportDelayMs);
  connect(&m_report, &QTimer::timeout, this, [this] { Q_EMIT settingsChanged(settings()); });
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
  QFormLayout* fields = fieldForm();
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

void GenerationPanel::addReply(QVBoxLayout& layout) {
  m_thinking = new QCheckBox(tr("Think before answering"));
  m_thinking->setToolTip(tr("Off: the model is asked to answer at once, where its template can say so."));
  m_maxNewTokens = intField(1, kMaxTokens, tr(" tokens"));
  m_maxNewTokens->setSingleStep(256);
  m_stopStrings = textField(tr("Stop at these texts"), 56);
  m_stopStrings->setObjectName(QStringLiteral("stopStrings"));
  m_stopStrings->setToolTip(
      tr("One a line; \\n stands for the end of a line. The answer ends before the first of them; thinking "
         "goes on."));
  auto* stopLabel = new QLabel(tr("Stop at these texts"));
  stopLabel->setBuddy(m_stopStrings);
  stopLabel->setToolTip(m_stopStrings->toolTip());
  m_stopStrings->setAccessibleDescription(m_stopStrings->toolTip());
  QFormLayout* fields = fieldForm();
  addRow(*fields, tr("Longest reply"), m_maxNewTokens, tr("Thinking and answer together end here."));
  layout.addWidget(heading(tr("Reply")));
  layout.addWidget(m_thinking);
  layout.addLayout(fields);
  layout.addWidget(stopLabel);
  layout.addWidget(m_stopStrings);
}

void GenerationPanel::addSystemPrompt(QVBoxLayout& layout) {
  m_systemPrompt = textField(tr("System prompt"), 96);
  m_systemPrompt->setObjectName(QStringLiteral("systemPrompt"));
  layout.addWidget(heading(tr("System prompt")));
  layout.addWidget(m_systemPrompt);
}

void GenerationPanel::watch() {
  auto* guard = new WheelGuard(this);
  for (QAbstractSpinBox* field : findChildren<QAbstractSpinBox*>()) {
    field->setFocusPolicy(Qt::StrongFocus);
    field->installEventFilter(guard);
  }
  for (QSpinBox* field : {m_budget, m_period, m_maxNewTokens}) {
    connect(field, &QSpinBox::valueChanged, this, &GenerationPanel::edited);
  }
  for (QPlainTextEdit* field : {m_stopStrings, m_systemPrompt}) {
    connect(field, &QPlainTextEdit::textChanged, this, &GenerationPanel::edited);
  }
  connect(m_policy, &QButtonGroup::idToggled, this, &GenerationPanel::edited);
  connect(m_thinking, &QCheckBox::toggled, this, &GenerationPanel::edited);
  connect(m_sampling, &SamplingFields::edited, this, &GenerationPanel::edited);
  connect(m_presets, &PresetBar::applied, this, [this](const GenerationSettings& settings) {
    setSettings(settings);
    Q_EMIT settingsChanged(settings);
  });
  connect(m_presets, &PresetBar::saveRequested, this, [this](const QString& name) {
    Q_EMIT presetSaved({name, settings()});
  });
  connect(m_presets, &PresetBar::deleteRequested, this, &GenerationPanel::presetDeleteRequested);
}

void GenerationPanel::setPresets(const QVector<Preset>& presets) { m_presets->setPresets(presets); }

void GenerationPanel::setModelDefaults(const GenerationSettings& defaults) {
  m_sampling->setModelDefaults(defaults);
}

void GenerationPanel::edited() {
  if (m_isShowing) return;
  showPolicy();
  m_presets->showSettings(settings());
  m_report.start();
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
  m_stopStrings->setPlainText(linesFromStops(settings.stopStrings));
  m_sampling->show(settings);
  m_systemPrompt->setPlainText(settings.systemPrompt);
  m_isShowing = false;
  m_report.stop();
  showPolicy();
  m_presets->showSettings(settings);
}

GenerationSettings GenerationPanel::settings() const {
  GenerationSettings settings;
  settings.policy = policy();
  settings.budgetTokens = m_budget->value();
  settings.periodTokens = m_period->value();
  settings.thinking = m_thinking->isChecked();
  settings.maxNewTokens = m_maxNewTokens->value();
  settings.stopStrings = stopsFromLines(m_stopStrings->toPlainText());
  m_sampling->read(settings);
  settings.systemPrompt = m_systemPrompt->toPlainText();
  return settings;
}

void GenerationPanel::takeFocus() { m_policy->checkedButton()->setFocus(Qt::ShortcutFocusReason); }

void GenerationPanel::flush() {
  if (!m_report.isActive()) return;
  m_report.stop();
  Q_EMIT settingsChanged(settings());
}

}  // namespace zipage::ui
