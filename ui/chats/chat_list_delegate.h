#pragma once

#include <QStyledItemDelegate>

#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// A chat as two lines: title, time. A chat that generates carries its colour of the page map.
class ChatListDelegate final : public QStyledItemDelegate {
  Q_OBJECT

 public:
  ChatListDelegate(OwnerColors& colors, QObject* parent) : QStyledItemDelegate(parent), m_colors(colors) {}

  void setTheme(const Theme& theme) { m_theme = theme; }
  void paint(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
  void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const override;

 private:
  QRect titleRect(const QStyleOptionViewItem& option) const;
  void paintGenerating(QPainter* painter, const QRect& rect, qint64 chatId) const;

  OwnerColors& m_colors;
  Theme m_theme;
};

}  // namespace zipage::ui
