#include "ui/generation/preset_bar.h"

#include <QComboBox>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <algorithm>

#include "ui/generation/fields.h"

namespace zipage::ui {

namespace {

constexpr int kLongestName = 60;

}  // namespace

PresetBar::PresetBar(QWidget* parent)
    : QWidget(parent),
      m_choice(new QComboBox),
      m_save(new QPushButton(tr("Save…"))),
      m_delete(new QPushButton(tr("Delete"))),
      m_name(new QLineEdit) {
  m_choice->setObjectName(QStringLiteral("presets"));
  m_choice->setAccessibleName(tr("Preset"));
  m_choice->setPlaceholderText(tr("None"));
  m_choice->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  m_save->setObjectName(QStringLiteral("savePreset"));
  m_delete->setObjectName(QStringLiteral("deletePreset"));
  m_name->setObjectName(QStringLiteral("presetName"));
  m_name->setAccessibleName(tr("Name of the preset"));
  m_name->setPlaceholderText(tr("A name, then Enter"));
  m_name->setMaxLength(kLongestName);
  m_name->hide();
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setSpacing(8);
  grid->addWidget(heading(tr("Preset")), 0, 0, 1, 3);
  grid->addWidget(m_choice, 1, 0);
  grid->addWidget(m_save, 1, 1);
  grid->addWidget(m_delete, 1, 2);
  grid->addWidget(m_name, 2, 0, 1, 3);
  grid->setColumnStretch(0, 1);
  connect(m_choice, &QComboBox::activated, this, &PresetBar::apply);
  connect(m_save, &QPushButton::clicked, this, &PresetBar::askForName);
  connect(m_delete, &QPushButton::clicked, this, [this] { Q_EMIT deleteRequested(m_choice->currentText()); });
  connect(m_name, &QLineEdit::returnPressed, this, &PresetBar::saveNamed);
  connect(m_name, &QLineEdit::editingFinished, m_name, &QWidget::hide);
  showButtons();
}

void PresetBar::setPresets(const QVector<Preset>& presets) {
  m_presets = presets;
  m_choice->clear();
  for (const Preset& preset : presets) m_choice->addItem(preset.name);
  showSettings(m_settings);
}

void PresetBar::showSettings(const GenerationSettings& settings) {
  m_settings = settings;
  const auto same = std::find_if(m_presets.begin(), m_presets.end(),
                                 [&](const Preset& preset) { return preset.settings == settings; });
  m_choice->setCurrentIndex(same == m_presets.end() ? -1 : static_cast<int>(same - m_presets.begin()));
  showButtons();
}

void PresetBar::apply(int index) {
  if (index >= 0 && index < m_presets.size()) Q_EMIT applied(m_presets[index].settings);
}

void PresetBar::askForName() {
  m_name->setText(m_choice->currentText());
  m_name->show();
  m_name->selectAll();
  m_name->setFocus(Qt::OtherFocusReason);
}

void PresetBar::saveNamed() {
  const QString name = m_name->text().simplified();
  m_name->hide();
  if (!name.isEmpty()) Q_EMIT saveRequested(name);
}

void PresetBar::showButtons() { m_delete->setEnabled(m_choice->currentIndex() >= 0); }

}  // namespace zipage::ui
