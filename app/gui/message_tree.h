// The messages of a chat as a tree: versions of a question or an answer stand beside each other under what
// came before them. One branch, from a first message to its last, is the one that is shown. Plain state.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "engine/store/session_store.h"

namespace zipage {

class MessageTree {
 public:
  MessageTree() = default;
  /// In any order. A message whose parent is missing, or comes to be its own ancestor, becomes a first
  /// message. Without a `tip` the newest versions are shown.
  MessageTree(std::vector<MessageRecord> messages, MessageId tip);

  bool isEmpty() const { return m_nodes.empty(); }
  std::size_t numMessages() const { return m_nodes.size(); }
  /// Null: there is none.
  MessageRecord* find(MessageId id);
  const MessageRecord* find(MessageId id) const;
  /// All messages, each after its parent.
  std::vector<const MessageRecord*> all() const;

  /// The shown branch from its first message to its last.
  std::vector<const MessageRecord*> branch() const;
  /// The branch that leads to this message, whichever is shown.
  std::vector<const MessageRecord*> branchTo(MessageId id) const;
  /// The last message of the shown branch; none: there are no messages.
  MessageId tip() const;
  bool isShown(MessageId id) const;
  /// The message and those beside it, oldest first.
  std::vector<MessageId> versionsOf(MessageId id) const;

  /// Adds a message under its parent and shows it.
  /// REQUIRES: an id that is not there yet, and a parent that is, or none.
  void add(MessageRecord message);
  /// Shows the branch through this message; below it the one that was shown last, or the newest.
  void show(MessageId id);
  /// Takes the message and all that follows it out of the tree; what stands beside it, or else its parent, is
  /// shown instead. Each comes after its parent.
  std::vector<MessageRecord> remove(MessageId id);
  /// Puts back what remove() gave, in its old place, and shows it.
  void restore(const std::vector<MessageRecord>& messages);

 private:
  using Key = std::uint64_t;  // of a message; 0: above the first messages

  struct Node {
    MessageRecord record;
    std::vector<Key> children;  // oldest first
    Key shownChild = 0;
  };

  std::vector<Key>& childrenOf(Key key);
  Key shownBelow(Key key) const;
  void setShown(Key parent, Key child);
  void insert(MessageRecord message);
  std::vector<Key> subtree(Key top) const;

  std::unordered_map<Key, Node> m_nodes;
  std::vector<Key> m_first;  // messages without a parent, oldest first
  Key m_shownFirst = 0;
};

}  // namespace zipage
