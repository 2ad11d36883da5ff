// Invariant: every node is in exactly one list of children, that of its record's parent (m_first for none),
// in ascending order of ids; following parents from any node ends at a first message.
#include "app/gui/message_tree.h"

#include <algorithm>

#include "engine/base/check.h"

namespace zipage {

MessageTree::MessageTree(std::vector<MessageRecord> messages, MessageId tip) {
  // Parents are older than what follows them, so one that is not there yet never will be.
  std::sort(messages.begin(), messages.end(),
            [](const MessageRecord& a, const MessageRecord& b) { return a.id < b.id; });
  for (MessageRecord& message : messages) {
    if (find(message.parent) == nullptr) message.parent = {};
    insert(std::move(message));
  }
  if (find(tip) != nullptr) show(tip);
}

MessageRecord* MessageTree::find(MessageId id) {
  const auto found = m_nodes.find(id.value);
  return found == m_nodes.end() ? nullptr : &found->second.record;
}

const MessageRecord* MessageTree::find(MessageId id) const {
  const auto found = m_nodes.find(id.value);
  return found == m_nodes.end() ? nullptr : &found->second.record;
}

std::vector<MessageTree::Key>& MessageTree::childrenOf(Key key) {
  return key == 0 ? m_first : m_nodes.at(key).children;
}

/// What was chosen last among the children; where nothing was, the newest. 0: there are none.
MessageTree::Key MessageTree::shownBelow(Key key) const {
  const std::vector<Key>& children = key == 0 ? m_first : m_nodes.at(key).children;
  const Key shown = key == 0 ? m_shownFirst : m_nodes.at(key).shownChild;
  return shown != 0 || children.empty() ? shown : children.back();
}

void MessageTree::setShown(Key parent, Key child) {
  (parent == 0 ? m_shownFirst : m_nodes.at(parent).shownChild) = child;
}

void MessageTree::insert(MessageRecord message) {
  const Key key = message.id.value;
  std::vector<Key>& siblings = childrenOf(message.parent.value);
  siblings.insert(std::upper_bound(siblings.begin(), siblings.end(), key), key);
  m_nodes[key].record = std::move(message);
}

std::vector<const MessageRecord*> MessageTree::branch() const { return branchTo(tip()); }

std::vector<const MessageRecord*> MessageTree::branchTo(MessageId id) const {
  std::vector<const MessageRecord*> messages;
  for (const MessageRecord* at = find(id); at != nullptr; at = find(at->parent)) messages.push_back(at);
  std::reverse(messages.begin(), messages.end());
  return messages;
}

MessageId MessageTree::tip() const {
  Key last = 0;
  for (Key next = shownBelow(0); next != 0; next = shownBelow(next)) last = next;
  return MessageId{last};
}

bool MessageTree::isShown(MessageId id) const {
  for (const MessageRecord* at = find(id); at != nullptr; at = find(at->parent)) {
    if (shownBelow(at->parent.value) != at->id.value) return false;
  }
  return find(id) != nullptr;
}

std::vector<MessageId> MessageTree::versionsOf(MessageId id) const {
  std::vector<MessageId> versions;
  const MessageRecord* message = find(id);
  if (message == nullptr) return versions;
  const Key parent = message->parent.value;
  for (const Key key : parent == 0 ? m_first : m_nodes.at(parent).children)
    versions.push_back(MessageId{key});
  return versions;
}

void MessageTree::add(MessageRecord message) {
  ZIPAGE_CHECK(message.id && find(message.id) == nullptr, "a message is added once");
  ZIPAGE_CHECK(!message.parent || find(message.parent) != nullptr, "a message follows one that is there");
  const MessageId id = message.id;
  insert(std::move(message));
  show(id);
}

void MessageTree::show(MessageId id) {
  for (const MessageRecord* at = find(id); at != nullptr; at = find(at->parent)) {
    setShown(at->parent.value, at->id.value);
  }
}

std::vector<MessageTree::Key> MessageTree::subtree(Key top) const {
  std::vector<Key> keys = {top};
  for (std::size_t next = 0; next < keys.size(); ++next) {
    const std::vector<Key>& children = m_nodes.at(keys[next]).children;
    keys.insert(keys.end(), children.begin(), children.end());
  }
  return keys;
}

std::vector<const MessageRecord*> MessageTree::all() const {
  std::vector<const MessageRecord*> messages;
  for (const Key first : m_first) {
    for (const Key key : subtree(first)) messages.push_back(&m_nodes.at(key).record);
  }
  return messages;
}

std::vector<MessageRecord> MessageTree::remove(MessageId id) {
  std::vector<MessageRecord> removed;
  const MessageRecord* top = find(id);
  if (top == nullptr) return removed;
  const Key parent = top->parent.value;
  std::vector<Key>& siblings = childrenOf(parent);
  const auto place = std::find(siblings.begin(), siblings.end(), id.value);
  // The neighbour before it, as the arrows go; the first one's is the one after it.
  Key beside = place != siblings.begin() ? *std::prev(place) : 0;
  if (beside == 0 && std::next(place) != siblings.end()) beside = *std::next(place);
  if (shownBelow(parent) == id.value) setShown(parent, beside);
  siblings.erase(place);
  for (const Key key : subtree(id.value)) removed.push_back(m_nodes.at(key).record);
  for (const MessageRecord& message : removed) m_nodes.erase(message.id.value);
  return removed;
}

void MessageTree::restore(const std::vector<MessageRecord>& messages) {
  for (MessageRecord message : messages) {
    if (find(message.id) != nullptr) continue;
    if (find(message.parent) == nullptr) message.parent = {};
    insert(std::move(message));
  }
  if (!messages.empty()) show(messages.front().id);
}

}  // namespace zipage
