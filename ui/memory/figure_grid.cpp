#include "ui/memory/figure_grid.h"

#include <QGridLayout>
#include <QLabel>

namespace zipage::ui {

namespace {

constexpr int kColumns = 2;

}  // namespace

FigureGrid::FigureGrid(const QStringList& names, QWidget* parent) : QWidget(parent), m_names(names) {
  auto* grid = new QGridLayout(this);
  grid->setContentsMargins(0, 0, 0, 0);
  grid->setHorizontalSpacing(24);
  grid->setVerticalSpacing(4);
  for (int index = 0; index < names.size(); ++index) {
    auto* name = new QLabel(names[index]);
    name->setProperty("tone", "muted");
    auto* value = new QLabel(QStringLiteral("–"));
    value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    const int column = index % kColumns * 2;
    grid->addWidget(name, index / kColumns, column);
    grid->addWidget(value, index / kColumns, column + 1);
    grid->setColumnStretch(column + 1, 1);
    m_values.append(value);
  }
}

void FigureGrid::setFigure(int index, const QString& text) {
  if (m_values[index]->text() == text) return;
  m_values[index]->setText(text);
  m_values[index]->setAccessibleName(QStringLiteral("%1: %2").arg(m_names[index], text));
}

QString FigureGrid::figure(int index) const { return m_values[index]->text(); }

}  // namespace zipage::ui
