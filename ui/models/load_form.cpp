#include "ui/models/load_form.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QSpinBox>

namespace zipage::ui {

namespace {

constexpr int kFieldWidth = 200;
constexpr int kLeastPool = 256;
constexpr int kLargestPool = 1 << 24;

void select(QComboBox& box, const QString& value) {
  const int index = box.findData(value);
  box.setCurrentIndex(index >= 0 ? index : 0);
}

}  // namespace

LoadForm::LoadForm(QWidget* parent)
    : QWidget(parent), m_device(new QComboBox), m_kvType(new QComboBox), m_pool(new QSpinBox) {
  m_pool->setButtonSymbols(QAbstractSpinBox::NoButtons);
  m_pool->setRange(kLeastPool, kLargestPool);
  m_pool->setSingleStep(1024);
  m_pool->setSuffix(tr(" tokens"));
  m_pool->setGroupSeparatorShown(true);
  auto* form = new QFormLayout(this);
  form->setContentsMargins(0, 0, 0, 0);
  form->setHorizontalSpacing(16);
  form->setVerticalSpacing(8);
  form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
  form->setLabelAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  const auto add = [&](const QString& name, QWidget* field, const QString& meaning) {
    auto* label = new QLabel(name);
    label->setBuddy(field);
    label->setProperty("kind", "fieldName");
    label->setIndent(0);
    label->setMinimumWidth(112);
    label->setToolTip(meaning);
    field->setFixedWidth(kFieldWidth);
    field->setToolTip(meaning);
    field->setAccessibleName(name);
    field->setAccessibleDescription(meaning);
    form->addRow(label, field);
  };
  add(tr("Device"), m_device, tr("Where the model runs."));
  add(tr("Keys and values"), m_kvType, tr("How pages store them. A shorter type holds more tokens."));
  add(tr("Page pool"), m_pool, tr("How many tokens all chats together can hold at a time."));
  setOffer({});
  setChoice({});
  connect(m_device, &QComboBox::currentIndexChanged, this, &LoadForm::edited);
  connect(m_kvType, &QComboBox::currentIndexChanged, this, &LoadForm::edited);
  connect(m_pool, &QSpinBox::valueChanged, this, &LoadForm::edited);
}

void LoadForm::setOffer(const LoadOffer& offer) {
  const LoadChoice chosen = choice();
  m_isShowing = true;
  m_device->clear();
  m_device->addItem(tr("Automatic"), QStringLiteral("auto"));
  for (qsizetype i = 0; i < offer.devices.size(); ++i)
    m_device->addItem(offer.deviceNames.value(i), offer.devices[i]);
  m_kvType->clear();
  m_kvType->addItem(tr("Automatic"), QStringLiteral("auto"));
  for (const QString& type : offer.kvTypes) m_kvType->addItem(type.toUpper(), type);
  m_isShowing = false;
  setChoice(chosen);
}

void LoadForm::setChoice(const LoadChoice& choice) {
  m_isShowing = true;
  select(*m_device, choice.device);
  select(*m_kvType, choice.kvType);
  m_pool->setValue(choice.poolTokens);
  m_isShowing = false;
}

LoadChoice LoadForm::choice() const {
  return {m_device->currentData().toString(), m_kvType->currentData().toString(), m_pool->value()};
}

void LoadForm::edited() {
  if (!m_isShowing) Q_EMIT choiceChanged(choice());
}

}  // namespace zipage::ui
