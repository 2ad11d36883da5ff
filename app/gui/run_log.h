// The log of this run, which also tells a next run whether this one ended properly: a file that is locked
// while the program runs and removed at its end. One that is left behind, by a process that is gone, is the
// report of a crash.
#pragma once

#include <QString>
#include <QVector>
#include <filesystem>
#include <optional>

namespace zipage {

class RunLog {
 public:
  /// Begins a log in `folder` and sends Qt's messages there as well as to the terminal. Where the folder
  /// cannot be written, and for a second one in the same process, there is no log.
  explicit RunLog(std::filesystem::path folder);
  /// The run ended properly: removes the log.
  ~RunLog();
  RunLog(const RunLog&) = delete;
  RunLog& operator=(const RunLog&) = delete;

  void write(const QString& line);

  /// The report of the latest run that did not end properly, which is told once: reports are kept as
  /// crash-*.txt, the latest few of them.
  std::optional<QString> takeCrash();

 private:
  std::filesystem::path m_folder;
  std::filesystem::path m_file;
  int m_descriptor = -1;
};

}  // namespace zipage
