#include "app/gui/memory_desk.h"

#include <QCoreApplication>
#include <QDateTime>

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
  if (const auto* generated = std::get_if<TokenGenerated>(&event)) {
    m_memory.addToken(generated->request, m_tokenizer->pieceBytes(generated->token, true));
  } else if (const auto* pins = std::get_if<PinsChanged>(&event); pins != nullptr && pins->refusal) {
    Q_EMIT noticed(tr("Nothing was pinned: %1").arg(QString::fromStdString(pins->refusal->message)));
  }
}

TraceFacts MemoryDesk::facts() const {
  TraceFacts facts;
  facts.model = m_host.modelName().toStdString();
  facts.program = "Zipage " + QCoreApplication::applicationVersion().toStdString();
  facts.savedMs = QDateTime::currentMSecsSinceEpoch();
  for (const auto& [id, trail] : m_memory.liveHistory().trails())
    facts.names[trail.owner] = m_memory.liveNameOf(trail.owner).toStdString();
  return facts;
}

void MemoryDesk::save(const QString& path) {
  m_files.start([this, path, parts = m_memory.liveHistory().parts(), facts = facts()] {
    const auto saved = saveTrace(path.toStdString(), parts, facts);
    QMetaObject::invokeMethod(this, [this, path, saved] {
      if (saved)
        Q_EMIT noticed(tr("Saved as %1.").arg(path));
      else
        Q_EMIT problemFound(
            tr("The trace cannot be saved: %1").arg(QString::fromStdString(saved.error().message)));
    });
  });
}

void MemoryDesk::open(const QString& path) {
  m_files.start([this, path] {
    auto opened = std::make_shared<Result<Trace>>(openTrace(path.toStdString()));
    QMetaObject::invokeMethod(this, [this, opened] {
      if (*opened)
        show(std::move(**opened));
      else
        Q_EMIT problemFound(
            tr("The trace cannot be opened: %1").arg(QString::fromStdString(opened->error().message)));
    });
  });
}

void MemoryDesk::show(Trace trace) {
  const QString model = QString::fromStdString(trace.facts.model);
  m_memory.open(std::move(trace.history), [names = std::move(trace.facts.names)](OwnerId owner) {
    const auto found = names.find(owner);
    return found == names.end() ? QString() : QString::fromStdString(found->second);
  });
  Q_EMIT noticed(trace.isCutShort
                     ? tr("This trace of %1 ends before its end; what is whole of it is shown.").arg(model)
                     : tr("A trace of %1 is shown. The menu leads back to this engine.").arg(model));
}

}  // namespace zipage
