#include "app/gui/run_log.h"

#include <execinfo.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QSysInfo>
#include <algorithm>
#include <csignal>
#include <system_error>
#include <vector>

namespace zipage {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kKeptReports = 5;
constexpr qint64 kLongestReport = 1 << 20;
constexpr int kDeadlySignals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};

// A signal handler and Qt's message handler have no other way to the file. -1: no log.
int g_descriptor = -1;
QtMessageHandler g_previousHandler = nullptr;

void writeAll(int descriptor, const QByteArray& bytes) {
  if (descriptor >= 0 && ::write(descriptor, bytes.constData(), static_cast<std::size_t>(bytes.size())) < 0)
    return;  // a full disk must not become a second problem
}

/// Only calls that are safe in a signal handler.
void noteDeadlySignal(int number) {
  const char begin[] = "\nended by signal ";
  const char digits[] = {static_cast<char>('0' + number / 10), static_cast<char>('0' + number % 10), '\n'};
  if (::write(g_descriptor, begin, sizeof begin - 1) > 0 &&
      ::write(g_descriptor, digits, sizeof digits) > 0) {
    void* frames[64];
    ::backtrace_symbols_fd(frames, ::backtrace(frames, 64), g_descriptor);
  }
  ::raise(number);  // the handler was for one time: this ends the program as it would have ended
}

void watchSignals() {
  void* frame = nullptr;
  ::backtrace(&frame, 1);  // loads what it needs while that is still possible
  for (const int number : kDeadlySignals) {
    struct sigaction action {};
    action.sa_handler = noteDeadlySignal;
    action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
    ::sigaction(number, &action, nullptr);
  }
}

void takeMessage(QtMsgType type, const QMessageLogContext& context, const QString& text) {
  const QByteArray line =
      QDateTime::currentDateTime().toString(Qt::ISODate).toUtf8() + ' ' + text.toUtf8() + '\n';
  writeAll(g_descriptor, line);
  if (g_previousHandler != nullptr) g_previousHandler(type, context, text);
}

QByteArray header() {
  return QStringLiteral("Zipage %1\nQt %2, %3, %4\nstarted %5, process %6\n\n")
      .arg(QCoreApplication::applicationVersion(), QString::fromLatin1(qVersion()),
           QSysInfo::prettyProductName(), QSysInfo::kernelVersion(),
           QDateTime::currentDateTime().toString(Qt::ISODate))
      .arg(QCoreApplication::applicationPid())
      .toUtf8();
}

/// Nobody holds the lock of a log whose process is gone.
bool isLeftBehind(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool isFree = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return isFree;
}

std::vector<fs::path> filesLike(const fs::path& folder, const std::string& prefix) {
  std::vector<fs::path> files;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
    if (it->path().filename().string().rfind(prefix, 0) == 0) files.push_back(it->path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

QString readReport(const fs::path& path) {
  QFile file(QString::fromStdString(path.string()));
  return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.read(kLongestReport)) : QString();
}

}  // namespace

RunLog::RunLog(fs::path folder) : m_folder(std::move(folder)) {
  m_file = m_folder / ("run-" + std::to_string(QCoreApplication::applicationPid()) + ".log");
  if (g_descriptor >= 0) return;
  const bool isLeft = isLeftBehind(m_file);  // of a process that had the same number
  if (isLeft) {
    std::error_code error;
    fs::rename(m_file, m_folder / ("run-0-" + m_file.filename().string()), error);
  }
  m_descriptor = ::open(m_file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
  if (m_descriptor < 0) return;
  ::flock(m_descriptor, LOCK_EX | LOCK_NB);
  g_descriptor = m_descriptor;
  writeAll(m_descriptor, header());
  g_previousHandler = qInstallMessageHandler(takeMessage);
  watchSignals();
}

RunLog::~RunLog() {
  if (m_descriptor < 0) return;
  qInstallMessageHandler(g_previousHandler);
  g_descriptor = -1;
  for (const int number : kDeadlySignals) std::signal(number, SIG_DFL);
  ::unlink(m_file.c_str());
  ::close(m_descriptor);
}

void RunLog::write(const QString& line) {
  writeAll(m_descriptor,
           QDateTime::currentDateTime().toString(Qt::ISODate).toUtf8() + ' ' + line.toUtf8() + '\n');
}

std::optional<QString> RunLog::takeCrash() {
  std::optional<QString> latest;
  std::error_code error;
  for (const fs::path& file : filesLike(m_folder, "run-")) {
    if (file == m_file || !isLeftBehind(file)) continue;
    latest = readReport(file);
    const QString name =
        QStringLiteral("crash-%1.txt").arg(QDateTime::currentDateTimeUtc().toString("yyyyMMdd-hhmmss-zzz"));
    fs::rename(file, m_folder / name.toStdString(), error);
  }
  std::vector<fs::path> reports = filesLike(m_folder, "crash-");
  while (reports.size() > kKeptReports) {
    fs::remove(reports.front(), error);
    reports.erase(reports.begin());
  }
  return latest;
}

}  // namespace zipage
