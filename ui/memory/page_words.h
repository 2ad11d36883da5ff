#pragma once

#include <QString>
#include <array>

#include "engine/cache/cache_snapshot.h"
#include "ui/memory/owner_names.h"

namespace zipage::ui {

inline constexpr std::array kPageStates{PageState::Held,        PageState::Shared,  PageState::PrefixOnly,
                                        PageState::Compressing, PageState::Swapped, PageState::Free};

QString stateName(PageState state);
/// One sentence for a screen reader.
QString spokenSummary(const CacheSnapshot& snapshot);
/// Pages as lines of tab-separated values, with a header.
QString pagesAsTable(const CacheSnapshot& snapshot, const OwnerNames& names);

}  // namespace zipage::ui
