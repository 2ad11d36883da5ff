// How a database fares, found out without changing it: nothing is created, migrated or repaired.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "engine/store/migrations.h"

namespace zipage {

struct DatabaseHealth {
  enum class State : std::uint8_t {
    Absent,  // it is made at the first start
    Good,
    Older,       // good, and brought to the newest version at the next start
    Newer,       // made by a newer version of the program
    Damaged,     // or another program's, or no database at all
    Unreadable,  // the system refuses to open it, or only for reading
  };
  State state = State::Absent;
  std::string finding;  // SQLite's or the system's own words; empty where all is well
  std::int64_t version = 0;
  std::int64_t bytes = 0;  // with what has not been moved out of the write-ahead log yet
  std::int64_t numChats = 0;
  std::int64_t numMessages = 0;
};

/// Reads every page of the file, so it takes as long as the disk does; a program that has it open goes on
/// working. `schema`: what the database should be.
DatabaseHealth examineDatabase(const std::filesystem::path& file, const Schema& schema);
/// The database of chats.
DatabaseHealth examineChats(const std::filesystem::path& file);

/// Of the SQLite library that is in use: "3.40.1".
std::string sqliteVersion();

}  // namespace zipage
