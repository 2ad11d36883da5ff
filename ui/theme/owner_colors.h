// Twelve colours that stay apart for colour-blind eyes, one for each chat that has used memory.
#pragma once

#include <QColor>
#include <QHash>
#include <array>

#include "engine/base/ids.h"

namespace zipage::ui {

constexpr int kNumOwnerColors = 12;
using OwnerColorSet = std::array<QColor, kNumOwnerColors>;

const OwnerColorSet& ownerColorSet(bool isDark);

/// An owner keeps its place in the set for as long as the program runs.
class OwnerColors {
 public:
  int indexOf(OwnerId owner);
  QColor colorOf(OwnerId owner, bool isDark);

 private:
  QHash<quint64, int> m_indexes;
  std::array<int, kNumOwnerColors> m_numOwners{};
};

}  // namespace zipage::ui
