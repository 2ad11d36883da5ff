// Numbers with their names, two columns of them, whose places do not move when the numbers change.
#pragma once

#include <QStringList>
#include <QVector>
#include <QWidget>

class QLabel;

namespace zipage::ui {

class FigureGrid final : public QWidget {
  Q_OBJECT

 public:
  /// One figure for each name, shown as "–" until it is set.
  explicit FigureGrid(const QStringList& names, QWidget* parent = nullptr);

  void setFigure(int index, const QString& text);
  QString figure(int index) const;

 private:
  QVector<QLabel*> m_values;
  QStringList m_names;
};

}  // namespace zipage::ui
