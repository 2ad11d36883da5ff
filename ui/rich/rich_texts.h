// Formulas and colours of code for the transcript: made by a worker thread when they are first asked for,
// then kept.
//
// Thread promise: GUI thread.
#pragma once

#include <QCache>
#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QTimer>
#include <memory>
#include <optional>

#include "ui/rich/rich_values.h"
#include "ui/rich/rich_worker.h"

namespace zipage::ui {

class RichTexts final : public QObject {
  Q_OBJECT

 public:
  explicit RichTexts(QObject* parent = nullptr);
  ~RichTexts() override;

  /// Null: not there yet; it was asked for, and arrived() will say so. One without a picture has failed.
  std::shared_ptr<const FormulaPicture> formula(const FormulaKey& key);

  struct Colors {
    CodeSpans spans;
    bool isFinal = true;  // false: better ones were asked for
  };
  /// Until the colours of code that grows are there, those of its beginning.
  Colors colors(const CodeKey& key);

  bool isIdle() const { return m_asked.isEmpty() && m_askedCode.isEmpty() && !m_growing; }

 Q_SIGNALS:
  /// At least one thing that was asked for is there.
  void arrived();

 private:
  struct Spans {
    CodeKey key;
    CodeSpans spans;
  };

  void take();
  void askForCode(const CodeKey& key);
  const Spans* beginningOf(const CodeKey& key) const;

  QCache<FormulaKey, std::shared_ptr<const FormulaPicture>> m_formulas;
  QCache<CodeKey, CodeSpans> m_codes;
  QVector<Spans> m_recent;  // the newest colours, for code that grows
  std::optional<CodeKey> m_growing;
  QTimer m_growingTimer;
  QSet<FormulaKey> m_asked;
  QSet<CodeKey> m_askedCode;
  std::unique_ptr<RichWorker> m_worker;
};

}  // namespace zipage::ui
