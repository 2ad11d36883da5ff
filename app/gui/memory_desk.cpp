#include "app/gui/memory_desk.h"

namespace zipage {

namespace {

TokenTexts textsOf(const Tokenizer& tokenizer, const std::vector<TokenId>& tokens) {
  TokenTexts texts;
  for (const TokenId token : tokens) texts.add(tokenizer.pieceBytes(token, true));
  return texts;
}

}  // namespace

MemoryDesk::MemoryDesk(EngineHost& host, ui::MemoryModel& memory, QObject* parent)
    : QObject(parent), m_host(host), m_memory(memory) {
  connect(&m_host, &EngineHost::engineStarted, this, [this] {
    m_tokenizer = m_host.session().model().tokenizer;
    m_memory.clear();
  });
  connect(&m_host, &EngineHost::submitted, this, &MemoryDesk::begin);
  connect(&m_host, &EngineHost::eventHappened, this, &MemoryDesk::take);
  connect(&m_host, &EngineHost::memoryReported, &m_memory, &ui::MemoryModel::take);
}

void MemoryDesk::begin(const std::vector<RequestId>& requests, OwnerId owner,
                       const std::vector<TokenId>& prompt) {
  const TokenTexts texts = textsOf(*m_tokenizer, prompt);
  for (const RequestId request : requests) m_memory.beginSequence(request, owner, texts);
}

void MemoryDesk::take(const EngineEvent& event) {
  if (const auto* generated = std::get_if<TokensGenerated>(&event)) {
    for (const TokenId token : generated->tokens)
      m_memory.addToken(generated->request, m_tokenizer->pieceBytes(token, true));
  } else if (const auto* pins = std::get_if<PinsChanged>(&event); pins != nullptr && pins->refusal) {
    emit pinsRefused(QString::fromStdString(pins->refusal->message));
  }
}

}  // namespace zipage
