#include "ui/generation/sampling_fields.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QLocale>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QSpinBox>
#include <QVBoxLayout>
#include <cmath>

#include "ui/generation/fields.h"

namespace zipage::ui {

namespace {

/// Fields show two decimals; what they cannot tell apart counts as the same.
bool isSame(double first, double second) { return std::abs(first - second) < 0.005; }

}  // namespace

SamplingFields::SamplingFields(QWidget* parent)
    : QWidget(parent),
      m_temperature(realField(0.0, 5.0)),
      m_topK(intField(0, 1 << 20)),
      m_topP(realField(0.0, 1.0)),
      m_minP(realField(0.0, 1.0)),
      m_repetitionPenalty(realField(0.1, 10.0)),
      m_seed(new QLineEdit),
      m_modelSays(new QLabel),
      m_reset(new QPushButton(tr("As the model says"))) {
  m_topK->setSpecialValueText(tr("off"));
  m_seed->setFixedWidth(m_topK->maximumWidth());
  m_seed->setPlaceholderText(tr("random"));
  m_seed->setValidator(
      new QRegularExpressionValidator(QRegularExpression(QStringLiteral("\\d{0,18}")), m_seed));
  m_modelSays->setObjectName(QStringLiteral("modelSays"));
  m_modelSays->setWordWrap(true);
  m_modelSays->setProperty("tone", "muted");
  m_reset->setObjectName(QStringLiteral("modelDefaults"));
  m_reset->setProperty("kind", "link");
  QFormLayout* fields = fieldForm();
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
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->setSpacing(8);
  layout->addWidget(heading(tr("Sampling")));
  layout->addLayout(fields);
  layout->addWidget(m_modelSays);
  layout->addWidget(m_reset, 0, Qt::AlignLeft);
  watch();
  showModel();
}

void SamplingFields::watch() {
  for (QDoubleSpinBox* field : {m_temperature, m_topP, m_minP, m_repetitionPenalty}) {
    connect(field, &QDoubleSpinBox::valueChanged, this, &SamplingFields::edited);
  }
  connect(m_topK, &QSpinBox::valueChanged, this, &SamplingFields::edited);
  connect(m_seed, &QLineEdit::textChanged, this, &SamplingFields::edited);
  connect(this, &SamplingFields::edited, this, &SamplingFields::showModel);
  connect(m_reset, &QPushButton::clicked, this, &SamplingFields::useModelDefaults);
}

void SamplingFields::show(const GenerationSettings& settings) {
  m_temperature->setValue(settings.temperature);
  m_topK->setValue(settings.topK);
  m_topP->setValue(settings.topP);
  m_minP->setValue(settings.minP);
  m_repetitionPenalty->setValue(settings.repetitionPenalty);
  m_seed->setText(settings.seed < 0 ? QString() : QString::number(settings.seed));
}

void SamplingFields::read(GenerationSettings& settings) const {
  settings.temperature = m_temperature->value();
  settings.topK = m_topK->value();
  settings.topP = m_topP->value();
  settings.minP = m_minP->value();
  settings.repetitionPenalty = m_repetitionPenalty->value();
  settings.seed = m_seed->text().isEmpty() ? -1 : m_seed->text().toLongLong();
}

void SamplingFields::setModelDefaults(const GenerationSettings& defaults) {
  m_modelDefaults = defaults;
  showModel();
}

void SamplingFields::showModel() {
  const GenerationSettings& model = m_modelDefaults;
  const bool isModels = isSame(m_temperature->value(), model.temperature) && m_topK->value() == model.topK &&
                        isSame(m_topP->value(), model.topP) && isSame(m_minP->value(), model.minP) &&
                        isSame(m_repetitionPenalty->value(), model.repetitionPenalty);
  const QLocale locale;
  QStringList parts{tr("temperature %1").arg(locale.toString(model.temperature, 'g', 3)),
                    model.topK > 0 ? tr("top-k %1").arg(model.topK) : tr("top-k off"),
                    tr("top-p %1").arg(locale.toString(model.topP, 'g', 3))};
  if (model.minP > 0) parts << tr("min-p %1").arg(locale.toString(model.minP, 'g', 3));
  if (!isSame(model.repetitionPenalty, 1.0))
    parts << tr("repetition penalty %1").arg(locale.toString(model.repetitionPenalty, 'g', 3));
  const QString text = parts.join(QStringLiteral(", "));
  m_modelSays->setText(isModels ? tr("As the model says: %1.").arg(text)
                                : tr("The model says: %1.").arg(text));
  m_reset->setVisible(!isModels);
}

void SamplingFields::useModelDefaults() {
  GenerationSettings settings = m_modelDefaults;
  settings.seed = m_seed->text().isEmpty() ? -1 : m_seed->text().toLongLong();
  show(settings);
}

}  // namespace zipage::ui
