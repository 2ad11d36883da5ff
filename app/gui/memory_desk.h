// Tells the memory views what the engine does: the texts of its requests, token by token, and its reports.
#pragma once

#include <QObject>
#include <memory>

#include "app/gui/engine_host.h"
#include "ui/memory/memory_model.h"

namespace zipage {

class MemoryDesk final : public QObject {
  Q_OBJECT

 public:
  /// Both outlive the desk.
  MemoryDesk(EngineHost& host, ui::MemoryModel& memory, QObject* parent = nullptr);

 signals:
  /// What was asked to be kept from eviction cannot be.
  void pinsRefused(const QString& reason);

 private:
  void begin(const std::vector<RequestId>& requests, OwnerId owner, const std::vector<TokenId>& prompt);
  void take(const EngineEvent& event);

  EngineHost& m_host;
  ui::MemoryModel& m_memory;
  std::shared_ptr<const Tokenizer> m_tokenizer;  // of the engine that runs
};

}  // namespace zipage
