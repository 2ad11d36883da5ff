#pragma once

#include <QPointF>
#include <QRectF>
#include <QString>
#include <QVector>
#include <cmath>
#include <optional>

#include "ui/chat_values.h"
#include "ui/theme/theme.h"

class QPainter;

namespace zipage::ui {

enum class MessageButton { PreviousVersion, NextVersion, Edit, Continue, Regenerate, Copy, More };

QString buttonText(MessageButton button);

/// The row of small buttons under a message, with the arrows between its versions. Coordinates are those of
/// the message.
class MessageButtons {
 public:
  /// Of each button; zoom 1: as everybody's.
  static double sizeAt(double zoom) { return std::round(24.0 * zoom); }

  /// Questions have them at the right; replies have the arrows at the left and the rest at the right.
  void arrange(const MessageItem& message, double top, double width, double versionTextWidth, double zoom);
  /// "2 / 3"; empty where there is one version only.
  static QString versionText(const MessageItem& message);
  /// What is left for other text between them.
  double left() const { return m_left; }
  double right() const { return m_right; }

  void paint(QPainter& painter, const Theme& theme, const std::optional<QPointF>& pointer,
             bool showsAll) const;
  std::optional<MessageButton> at(const QPointF& point) const;

 private:
  struct Place {
    MessageButton button;
    QRectF rect;
    bool isEnabled = true;
  };
  bool isArrow(MessageButton button) const;

  QVector<Place> m_places;
  QString m_versionText;
  QRectF m_versionRect;
  double m_left = 0.0;
  double m_right = 0.0;
  double m_zoom = 1.0;
};

}  // namespace zipage::ui
