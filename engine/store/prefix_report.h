// What is stored of prefixes, for people: per model, and in it per chat. Values.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/ids.h"
#include "engine/store/reuse_verdict.h"

namespace zipage {

/// Of one chat with one model; owner 0: of nobody in particular.
struct StoredChat {
  OwnerId owner;
  std::int64_t pages = 0;
  std::int64_t sequences = 0;
  std::int64_t tokens = 0;  // a compressed sequence counts with its whole text
  std::int64_t bytes = 0;
  std::int64_t lookups = 0;
  std::int64_t promptTokens = 0;  // of these lookups
  std::int64_t foundTokens = 0;   // of the prompts, in the pool or stored
  std::int64_t storedTokens = 0;  // of them, those that came from here
  bool hasVerdict = false;
  ReuseVerdict verdict;  // of the last lookup
};

struct StoredModel {
  std::int64_t id = 0;  // as clear() wants it
  std::string name;
  std::int64_t bytes = 0;
  std::vector<StoredChat> chats;  // largest first
};

struct PrefixReport {
  std::vector<StoredModel> models;  // largest first
  std::int64_t bytes = 0;           // on the disk, with the books about them
  std::int64_t budgetBytes = 0;
  std::int64_t freeBytes = 0;  // of the disk
  std::int64_t hits = 0;       // prefixes that were read, since the program started
  std::int64_t misses = 0;     // that were asked for and had gone
  std::int64_t damaged = 0;    // that were asked for and thrown away
  std::int64_t written = 0;    // prefixes
  std::int64_t bytesWritten = 0;
  std::int64_t notWritten = 0;  // for want of room, or over the limit of the rate
  std::int64_t evicted = 0;     // that made room for others
  std::string problem;          // the last one; empty: none
};

}  // namespace zipage
