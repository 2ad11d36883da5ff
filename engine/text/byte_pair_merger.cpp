#include "engine/text/byte_pair_merger.h"

#include <queue>
#include <tuple>

namespace zipage {

namespace {

std::uint64_t keyOf(TokenId left, TokenId right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

/// A token of the stretch, linked to its neighbours by index; -1: none.
struct Symbol {
  TokenId token;
  std::int32_t previous;
  std::int32_t next;
};

/// A merge that was possible when it was found; `left` and `right` tell whether it still is.
struct Candidate {
  std::int32_t rank;
  std::int32_t position;  // of the left symbol
  TokenId left, right, merged;

  bool operator>(const Candidate& other) const {
    return std::tie(rank, position) > std::tie(other.rank, other.position);
  }
};

using Queue = std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>>;

}  // namespace

void BytePairMerger::addMerge(TokenId left, TokenId right, TokenId merged) {
  m_merges.emplace(keyOf(left, right), Merge{static_cast<std::int32_t>(m_merges.size()), merged});
}

const BytePairMerger::Merge* BytePairMerger::mergeOf(TokenId left, TokenId right) const {
  const auto found = m_merges.find(keyOf(left, right));
  return found == m_merges.end() ? nullptr : &found->second;
}

void BytePairMerger::append(std::string_view bytes, std::vector<TokenId>& tokens) const {
  std::vector<Symbol> symbols;
  symbols.reserve(bytes.size());
  for (const char byte : bytes) {
    const TokenId token = m_byteTokens[static_cast<unsigned char>(byte)];
    const auto index = static_cast<std::int32_t>(symbols.size());
    if (token >= 0) symbols.push_back({token, index - 1, index + 1});
  }
  if (symbols.empty()) return;
  symbols.back().next = -1;

  Queue queue;
  const auto offer = [&](std::int32_t position) {
    if (position < 0 || symbols[position].next < 0) return;
    const TokenId left = symbols[position].token;
    const TokenId right = symbols[symbols[position].next].token;
    if (const Merge* merge = mergeOf(left, right))
      queue.push({merge->rank, position, left, right, merge->token});
  };
  for (std::int32_t position = 0; position < static_cast<std::int32_t>(symbols.size()); ++position)
    offer(position);

  while (!queue.empty()) {
    const Candidate candidate = queue.top();
    queue.pop();
    Symbol& left = symbols[candidate.position];
    if (left.token != candidate.left || left.next < 0 || symbols[left.next].token != candidate.right)
      continue;
    Symbol& right = symbols[left.next];
    left.token = candidate.merged;
    left.next = right.next;
    right.token = -1;  // gone: no candidate finds it any more
    if (left.next >= 0) symbols[left.next].previous = candidate.position;
    offer(left.previous);
    offer(candidate.position);
  }
  for (std::int32_t position = 0; position >= 0; position = symbols[position].next)
    tokens.push_back(symbols[position].token);
}

}  // namespace zipage
