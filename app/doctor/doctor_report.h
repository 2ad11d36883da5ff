// What is to be made of a machine's facts: a line for each, and the one thing to do where something is amiss.
// The command line and the window say the same.
#pragma once

#include <QString>
#include <QStringList>
#include <QVector>
#include <filesystem>

#include "app/common/machine_facts.h"
#include "ui/window/check_item.h"

namespace zipage {

QVector<ui::CheckItem> doctorReport(const MachineFacts& facts);

qsizetype numProblems(const QVector<ui::CheckItem>& report);

/// "Everything is in order." or how many problems there are.
QString verdictOn(const QVector<ui::CheckItem>& report);

/// The report as text, a topic a line, remedies below; for a terminal or a bug report.
QString plainText(const QVector<ui::CheckItem>& report);
/// One JSON array of objects with "rank" (fine, hint, problem), "topic", "text", "remedy".
QByteArray jsonText(const QVector<ui::CheckItem>& report);

/// The folders for models that the window's settings name; none where there are no settings yet.
std::vector<std::filesystem::path> modelFoldersInSettings(const AppPaths& paths);

}  // namespace zipage
