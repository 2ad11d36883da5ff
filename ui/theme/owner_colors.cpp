// Chosen by search: at least 3 : 1 against the panel, and at least 0.08 apart in OKLab for any two, seen with
// normal colour vision and with simulated protanopia, deuteranopia and tritanopia (tests/ui measures it).
#include "ui/theme/owner_colors.h"

#include <algorithm>

namespace zipage::ui {

namespace {

OwnerColorSet makeSet(const std::array<QRgb, kNumOwnerColors>& values) {
  OwnerColorSet set;
  for (int i = 0; i < kNumOwnerColors; ++i)
    set[static_cast<std::size_t>(i)] = QColor(values[static_cast<std::size_t>(i)]);
  return set;
}

}  // namespace

const OwnerColorSet& ownerColorSet(bool isDark) {
  static const OwnerColorSet kLight =
      makeSet({0xff0e64e5, 0xffb76b1c, 0xff7b5aae, 0xff2d4608, 0xffb7376b, 0xff785715, 0xff8082f7, 0xff580d7d,
               0xfff54874, 0xff7e2757, 0xffb17cac, 0xff2833bd});
  static const OwnerColorSet kDark =
      makeSet({0xff4b96b8, 0xffe94287, 0xff43cba4, 0xffd1ad41, 0xff8b5dce, 0xffc5d9f9, 0xff1d7d3e, 0xfff2d935,
               0xffc671fe, 0xff57f9b0, 0xffb0a8e7, 0xff91921f});
  return isDark ? kDark : kLight;
}

int OwnerColors::indexOf(OwnerId owner) {
  const auto known = m_indexes.constFind(owner.value);
  if (known != m_indexes.constEnd()) return *known;
  const auto least = std::min_element(m_numOwners.begin(), m_numOwners.end());
  const int index = static_cast<int>(least - m_numOwners.begin());
  ++*least;
  m_indexes.insert(owner.value, index);
  return index;
}

QColor OwnerColors::colorOf(OwnerId owner, bool isDark) {
  return ownerColorSet(isDark)[static_cast<std::size_t>(indexOf(owner))];
}

}  // namespace zipage::ui
