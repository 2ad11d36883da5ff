// The chats that hold pages now, each with its colour, its pages and its tokens.
#pragma once

#include <QWidget>
#include <functional>
#include <memory>

#include "engine/cache/cache_snapshot.h"
#include "ui/theme/owner_colors.h"
#include "ui/theme/theme.h"

namespace zipage::ui {

class SequenceList final : public QWidget {
  Q_OBJECT

 public:
  explicit SequenceList(OwnerColors& colors, QWidget* parent = nullptr);

  void setTheme(const Theme& theme);
  void setOwnerNames(std::function<QString(OwnerId)> names);
  void setSnapshot(std::shared_ptr<const CacheSnapshot> snapshot);
  QString rowText(int row) const;  // the right-hand numbers

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return {160, sizeHint().height()}; }

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  int numRows() const;
  int rowHeight() const;

  OwnerColors& m_colors;
  Theme m_theme;
  std::function<QString(OwnerId)> m_names;
  std::shared_ptr<const CacheSnapshot> m_snapshot;
  int m_numRowsShown = 0;
};

}  // namespace zipage::ui
