// The names of all that is stored, in memory: asked by engines, kept up to date by whoever writes. Any
// thread.
#pragma once

#include <mutex>
#include <unordered_set>
#include <vector>

#include "engine/cache/prefix_key.h"

namespace zipage {

class KnownPrefixes {
 public:
  bool has(const PrefixKey& key) const {
    const std::lock_guard lock(m_mutex);
    return m_keys.count(key) > 0;
  }
  void add(const PrefixKey& key) {
    const std::lock_guard lock(m_mutex);
    m_keys.insert(key);
  }
  void remove(const PrefixKey& key) {
    const std::lock_guard lock(m_mutex);
    m_keys.erase(key);
  }
  void assign(const std::vector<PrefixKey>& keys) {
    std::unordered_set<PrefixKey, PrefixKeyHash> all(keys.begin(), keys.end());
    const std::lock_guard lock(m_mutex);
    m_keys.swap(all);
  }

 private:
  mutable std::mutex m_mutex;
  std::unordered_set<PrefixKey, PrefixKeyHash> m_keys;  // guarded by m_mutex
};

}  // namespace zipage
