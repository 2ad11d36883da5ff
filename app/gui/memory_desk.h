// Tells the memory views what the engine does: the texts of its requests, token by token, and its reports.
#pragma once

#include <QObject>
#include <QThreadPool>
#include <memory>

#include "app/gui/engine_host.h"
#include "engine/trace/trace_file.h"
#include "ui/memory/memory_model.h"

namespace zipage {

class MemoryDesk final : public QObject {
  Q_OBJECT

 public:
  /// Both outlive the desk.
  MemoryDesk(EngineHost& host, ui::MemoryModel& memory, QObject* parent = nullptr);

  /// Writes what is remembered of this engine; noticed() or problemFound() follows.
  void save(const QString& path);
  /// Shows a trace in place of what is going on.
  void open(const QString& path);

 Q_SIGNALS:
  void noticed(const QString& text);
  void problemFound(const QString& text);

 private:
  void begin(const std::vector<RequestId>& requests, OwnerId owner, const std::vector<TokenId>& prompt);
  void take(const EngineEvent& event);
  TraceFacts facts() const;
  void show(Trace trace);

  EngineHost& m_host;
  ui::MemoryModel& m_memory;
  std::shared_ptr<const Tokenizer> m_tokenizer;  // of the engine that runs
  QThreadPool m_files;                           // reads and writes them; the destructor waits
};

}  // namespace zipage
