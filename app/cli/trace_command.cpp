// trace: what a window has recorded of an engine's memory, as text and as tables.
#include <cstdio>

#include <nlohmann/json.hpp>

#include "app/cli/command.h"

#include "engine/trace/trace_file.h"

namespace zipage {

namespace {

using Json = nlohmann::ordered_json;

struct ShowOptions {
  std::string file;
};

struct ExportOptions {
  std::string file;
  std::string table = "events";
  bool isJson = false;
};

std::string ownerName(const Trace& trace, OwnerId owner) {
  const auto found = trace.facts.names.find(owner);
  return found == trace.facts.names.end() ? "chat " + std::to_string(owner.value) : found->second;
}

/// Rows of a table; each object has the same members, in the same order.
std::vector<Json> eventRows(const Trace& trace) {
  std::vector<Json> rows;
  for (const MemoryEvent& event : trace.history.events()) {
    rows.push_back({{"seconds", inSeconds(event.at)},
                    {"event", nameOf(event.kind)},
                    {"request", event.request.value},
                    {"chat", event.owner ? ownerName(trace, event.owner) : std::string()},
                    {"tokens", event.tokens},
                    {"cached_tokens", event.cachedTokens},
                    {"pages", event.pages}});
  }
  return rows;
}

std::vector<Json> sampleRows(const Trace& trace) {
  std::vector<Json> rows;
  for (const SampleSpan& span : trace.history.samples().spans()) {
    rows.push_back({{"seconds", inSeconds(span.last.at)},
                    {"samples", span.numSamples},
                    {"pages_held", span.last.pagesHeld},
                    {"fewest_pages", span.fewestPages},
                    {"most_pages", span.mostPages},
                    {"tokens_live", span.last.tokensLive},
                    {"running", span.last.running},
                    {"waiting", span.last.waiting},
                    {"tokens_per_second", span.last.tokensPerSecond},
                    {"compressions", span.last.compressions},
                    {"tokens_evicted", span.last.tokensEvicted},
                    {"pages_reclaimed", span.last.pagesReclaimed}});
  }
  return rows;
}

std::vector<Json> compressionRows(const Trace& trace) {
  std::vector<Json> rows;
  const MemoryHistory& history = trace.history;
  for (std::int64_t number = history.firstCompression(); number < history.numCompressions(); ++number) {
    const CompressionEntry& entry = *history.compression(number);
    rows.push_back({{"number", number + 1},
                    {"seconds", inSeconds(entry.at)},
                    {"request", entry.request.value},
                    {"chat", ownerName(trace, entry.owner)},
                    {"entries_before", entry.entriesBefore},
                    {"entries_after", entry.entriesAfter},
                    {"tokens_evicted", entry.tokensEvicted},
                    {"pages_reclaimed", entry.pagesReclaimed},
                    {"milliseconds", 1e3 * inSeconds(entry.duration)},
                    {"cut", entry.cut},
                    {"is_recorded", entry.record != nullptr}});
  }
  return rows;
}

/// As RFC 4180 has it: quotes around what holds commas, quotes or line breaks.
std::string field(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + '"';
}

void printLine(const Json& row, bool isHead) {
  std::string line;
  for (const auto& [name, value] : row.items())
    line += (line.empty() ? "" : ",") + (isHead ? name : field(value));
  std::puts(line.c_str());
}

int exportTable(const ExportOptions& options) {
  const auto trace = openTrace(options.file);
  if (!trace) return complain(trace.error());
  const std::vector<Json> rows = options.table == "events"    ? eventRows(*trace)
                                 : options.table == "samples" ? sampleRows(*trace)
                                                              : compressionRows(*trace);
  if (!options.isJson && !rows.empty()) printLine(rows.front(), true);
  for (const Json& row : rows) {
    if (options.isJson)
      std::puts(row.dump(-1, ' ', false, Json::error_handler_t::replace).c_str());
    else
      printLine(row, false);
  }
  return kSucceeded;
}

void printSequences(const Trace& trace) {
  for (const auto& [id, trail] : trace.history.trails()) {
    std::printf("request %llu  %s: prompt of %d tokens, %d in all, %zu compressions%s\n",
                static_cast<unsigned long long>(id.value), ownerName(trace, trail.owner).c_str(),
                trail.promptTokens, trail.texts.numTokens(), trail.compressions.size(),
                trail.isOver ? "" : ", going on");
  }
}

int show(const ShowOptions& options) {
  const auto trace = openTrace(options.file);
  if (!trace) return complain(trace.error());
  const MemoryHistory& history = trace->history;
  const auto& spans = history.samples().spans();
  std::printf("model      %s\nprogram    %s\n", trace->facts.model.c_str(), trace->facts.program.c_str());
  if (trace->isCutShort) std::puts("the file ends before its end; what is whole of it is shown");
  if (!spans.empty()) {
    const MemorySample& last = spans.back().last;
    int mostPages = 0;
    for (const SampleSpan& span : spans) mostPages = std::max(mostPages, span.mostPages);
    std::printf("time       %.1f s in %llu samples (%llu dropped)\n", inSeconds(last.at - spans.front().from),
                static_cast<unsigned long long>(history.samples().numSamples()),
                static_cast<unsigned long long>(history.numDropped()));
    std::printf("pages      %d of %d at most\n", mostPages, last.pagesTotal);
    std::printf("evicted    %lld tokens of each layer and head, %lld pages reclaimed\n",
                static_cast<long long>(last.tokensEvicted), static_cast<long long>(last.pagesReclaimed));
  }
  std::printf(
      "events     %zu (%lld earlier ones forgotten)\ncompressed %lld times (%lld without their scores)\n",
      history.events().size(), static_cast<long long>(history.numForgottenEvents()),
      static_cast<long long>(history.numCompressions()),
      static_cast<long long>(history.numForgottenRecords()));
  printSequences(*trace);
  return kSucceeded;
}

}  // namespace

void addTraceCommand(CLI::App& program, Action& action) {
  CLI::App* command = program.add_subcommand("trace", "What a window has recorded of an engine's memory");
  command->require_subcommand(1);
  auto showOptions = std::make_shared<ShowOptions>();
  CLI::App* shown = command->add_subcommand("show", "What a trace holds, in short");
  shown->add_option("file", showOptions->file, "A trace that a window has saved")->required();
  shown->callback([&action, showOptions] { action = [showOptions] { return show(*showOptions); }; });
  auto exportOptions = std::make_shared<ExportOptions>();
  CLI::App* exported = command->add_subcommand("export", "A table of a trace, as CSV");
  exported->add_option("file", exportOptions->file, "A trace that a window has saved")->required();
  exported->add_option("--table", exportOptions->table, "Which")
      ->check(CLI::IsMember({"events", "samples", "compressions"}))
      ->capture_default_str();
  exported->add_flag("--json", exportOptions->isJson, "JSON lines in place of CSV");
  exported->callback(
      [&action, exportOptions] { action = [exportOptions] { return exportTable(*exportOptions); }; });
}

}  // namespace zipage
