#pragma once

#include <QAccessibleWidget>
#include <memory>
#include <unordered_map>

namespace zipage::ui {

class TranscriptView;

/// The transcript for a screen reader: a list with an entry a message.
class TranscriptAccessible final : public QAccessibleWidget {
 public:
  explicit TranscriptAccessible(TranscriptView* view);
  ~TranscriptAccessible() override;

  int childCount() const override;
  QAccessibleInterface* child(int index) const override;
  int indexOfChild(const QAccessibleInterface* child) const override;
  QAccessibleInterface* childAt(int x, int y) const override;

  /// For QAccessible::installFactory().
  static QAccessibleInterface* create(const QString& className, QObject* object);

 private:
  TranscriptView* m_view;
  mutable std::unordered_map<int, QAccessible::Id> m_children;  // by row
};

}  // namespace zipage::ui
