#pragma once

#include <QStyledItemDelegate>

#include "ui/chat_values.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

/// A chat as two lines: title, and what it does, or its time, or where a search has found something. A chat
/// that generates carries its colour of the page map.
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
  void paintTitle(QPainter* painter, const QStyleOptionViewItem& option, const QModelIndex& index) const;
  void paintState(QPainter* painter, QRect rect, const QFont& rowFont, const QModelIndex& index) const;
  void paintSnippet(QPainter* painter, const QRect& rect, const ChatHit& hit) const;

  OwnerColors& m_colors;
  Theme m_theme;
};

}  // namespace zipage::ui
