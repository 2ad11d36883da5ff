#pragma once

#include <QColor>
#include <QRect>

#include "ui/memory/page_tiles.h"
#include "ui/theme/theme.h"

class QPainter;

namespace zipage::ui {

/// Draws one page, or tile of pages: the colour says whose it is, the pattern its state, the height how full
/// it is.
void paintTile(QPainter& painter, const QRect& rect, const Tile& tile, const QColor& owner,
               const Theme& theme);

}  // namespace zipage::ui
