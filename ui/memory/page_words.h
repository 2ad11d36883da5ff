#pragma once

#include <QString>
#include <array>

#include "engine/cache/cache_snapshot.h"
#include "ui/memory/memory_model.h"
#include "ui/memory/owner_names.h"

namespace zipage::ui {

inline constexpr std::array kPageStates{PageState::Held,        PageState::Shared,  PageState::PrefixOnly,
                                        PageState::Compressing, PageState::Swapped, PageState::Free};

QString stateName(PageState state);
/// One sentence for a screen reader.
QString spokenSummary(const CacheSnapshot& snapshot);
/// Pages as lines of tab-separated values, with a header.
QString pagesAsTable(const CacheSnapshot& snapshot, const OwnerNames& names);

/// What lies in a page, in the order of the text, with a gap sign where tokens in between lie elsewhere or
/// are gone; at most so many characters. Empty: nothing, or not known.
QString wordsOfPage(const MemoryModel& model, const CacheSnapshot& snapshot, PageIndex page,
                    qsizetype mostCharacters);
/// The same with the page's number, holder and state.
QString describePage(const MemoryModel& model, const CacheSnapshot& snapshot, PageIndex page,
                     qsizetype mostCharacters);

}  // namespace zipage::ui
