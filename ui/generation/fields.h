#pragma once

#include <QString>

class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QPlainTextEdit;
class QSpinBox;
class QWidget;

namespace zipage::ui {

// The fields that settings are made of, all of one look.
QLabel* heading(const QString& text);
QSpinBox* intField(int low, int high, const QString& suffix = {});
QDoubleSpinBox* realField(double low, double high);
/// Plain text of some lines; the tabulator leaves it.
QPlainTextEdit* textField(const QString& name, int height);
QFormLayout* fieldForm();
void addRow(QFormLayout& layout, const QString& name, QWidget* field, const QString& meaning);

}  // namespace zipage::ui
