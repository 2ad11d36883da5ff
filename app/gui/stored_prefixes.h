// What is kept of prefixes on the disk, as the window chooses and shows it.
#pragma once

#include <QHash>
#include <QString>

#include "engine/store/prefix_report.h"
#include "engine/store/prefix_store_options.h"
#include "ui/preferences/preferences.h"
#include "ui/preferences/storage_values.h"

namespace zipage {

/// Where they are kept for this user, with the budget that was chosen.
PrefixStoreOptions prefixOptions(const ui::Preferences& preferences);

/// `titles`: of the chats that there are, by id.
ui::StorageReport storageReportFor(const PrefixReport& report, const QHash<qint64, QString>& titles);

/// Why more of a prompt was not found, for people.
QString verdictText(const ReuseVerdict& verdict);

}  // namespace zipage
