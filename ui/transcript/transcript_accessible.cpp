#include "ui/transcript/transcript_accessible.h"

#include <QPointer>

#include "ui/transcript/reply_texts.h"
#include "ui/transcript/transcript_view.h"

namespace zipage::ui {

namespace {

class MessageAccessible final : public QAccessibleInterface {
 public:
  MessageAccessible(TranscriptView* view, int row) : m_view(view), m_row(row) {}

  int row() const { return m_row; }
  bool isValid() const override { return m_view != nullptr && m_row < m_view->numMessages(); }
  QObject* object() const override { return nullptr; }
  QWindow* window() const override { return parent()->window(); }
  QAccessibleInterface* parent() const override {
    return QAccessible::queryAccessibleInterface(m_view.data());
  }
  QAccessibleInterface* child(int) const override { return nullptr; }
  QAccessibleInterface* childAt(int, int) const override { return nullptr; }
  int childCount() const override { return 0; }
  int indexOfChild(const QAccessibleInterface*) const override { return -1; }
  QAccessible::Role role() const override { return QAccessible::ListItem; }
  void setText(QAccessible::Text, const QString&) override {}

  QString text(QAccessible::Text kind) const override {
    return kind == QAccessible::Name && isValid() ? spokenText(m_view->layoutOf(m_row).message()) : QString();
  }

  QRect rect() const override {
    if (!isValid()) return {};
    const QRect inView = m_view->messageRect(m_row);
    return {m_view->viewport()->mapToGlobal(inView.topLeft()), inView.size()};
  }

  QAccessible::State state() const override {
    QAccessible::State state;
    state.readOnly = true;
    state.multiLine = true;
    state.offscreen = isValid() && !m_view->viewport()->rect().intersects(m_view->messageRect(m_row));
    return state;
  }

 private:
  QPointer<TranscriptView> m_view;
  int m_row;
};

}  // namespace

TranscriptAccessible::TranscriptAccessible(TranscriptView* view)
    : QAccessibleWidget(view, QAccessible::List, view->accessibleName()), m_view(view) {}

TranscriptAccessible::~TranscriptAccessible() {
  for (const auto& [row, id] : m_children) QAccessible::deleteAccessibleInterface(id);
}

int TranscriptAccessible::childCount() const { return m_view->numMessages(); }

QAccessibleInterface* TranscriptAccessible::child(int index) const {
  if (index < 0 || index >= childCount()) return nullptr;
  const auto known = m_children.find(index);
  if (known != m_children.end()) return QAccessible::accessibleInterface(known->second);
  auto* made = new MessageAccessible(m_view, index);
  m_children.emplace(index, QAccessible::registerAccessibleInterface(made));
  return made;
}

int TranscriptAccessible::indexOfChild(const QAccessibleInterface* child) const {
  const auto* message = dynamic_cast<const MessageAccessible*>(child);
  return message == nullptr ? -1 : message->row();
}

QAccessibleInterface* TranscriptAccessible::childAt(int x, int y) const {
  for (int row = 0; row < childCount(); ++row) {
    if (child(row)->rect().contains(x, y)) return child(row);
  }
  return nullptr;
}

QAccessibleInterface* TranscriptAccessible::create(const QString&, QObject* object) {
  auto* view = qobject_cast<TranscriptView*>(object);
  return view == nullptr ? nullptr : new TranscriptAccessible(view);
}

}  // namespace zipage::ui
