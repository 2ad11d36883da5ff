#include "ui/generation/fields.h"

#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSpinBox>

namespace zipage::ui {

namespace {

constexpr int kFieldWidth = 136;

}  // namespace

QLabel* heading(const QString& text) {
  auto* label = new QLabel(text);
  label->setProperty("tone", "heading");
  return label;
}

QSpinBox* intField(int low, int high, const QString& suffix) {
  auto* field = new QSpinBox;
  field->setRange(low, high);
  field->setSuffix(suffix);
  field->setGroupSeparatorShown(true);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setFixedWidth(kFieldWidth);
  return field;
}

QDoubleSpinBox* realField(double low, double high) {
  auto* field = new QDoubleSpinBox;
  field->setRange(low, high);
  field->setDecimals(2);
  field->setSingleStep(0.05);
  field->setButtonSymbols(QAbstractSpinBox::NoButtons);
  field->setFixedWidth(kFieldWidth);
  return field;
}

QPlainTextEdit* textField(const QString& name, int height) {
  auto* field = new QPlainTextEdit;
  field->setAccessibleName(name);
  field->setPlaceholderText(QLabel::tr("None"));
  field->setTabChangesFocus(true);
  field->setFixedHeight(height);
  return field;
}

QFormLayout* fieldForm() {
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
  label->setProperty("kind", "fieldName");
  label->setIndent(0);
  label->setMinimumWidth(kFieldWidth);
  label->setToolTip(meaning);
  field->setToolTip(meaning);
  field->setAccessibleName(name);
  field->setAccessibleDescription(meaning);
  layout.addRow(label, field);
}

}  // namespace zipage::ui
