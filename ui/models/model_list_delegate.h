#pragma once

#include <QStyledItemDelegate>

#include "ui/theme/theme.h"

namespace zipage::ui {

/// A model in two lines: its name, and what it is or why it cannot be opened. The first of a kind carries the
/// kind's name above it.
class ModelListDelegate final : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void setTheme(const Theme& theme) { m_theme = theme; }
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;

 private:
  void paintRow(QPainter& painter, const QRect& row, const QStyleOptionViewItem& option) const;

  Theme m_theme;
};

}  // namespace zipage::ui
