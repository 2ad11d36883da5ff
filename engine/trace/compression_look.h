// Reads a CompressionRecord: what went, what stayed and why, by entry, by head and by token of the text.
// Heads are layer · kvHeads + head.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/cache/sequence_record.h"

namespace zipage {

/// Why one token is still held by one head, or is not.
enum class Fate : std::uint8_t {
  Newer,       // it came after the compression
  ByScore,     // its score was among the best
  Sink,        // one of the first, kept whatever its score
  Prompt,      // the prompt is protected
  Recent,      // one of the newest, kept whatever its score
  Pinned,      // somebody asked for it to be kept
  Evicted,     // its score lay below the cut
  GoneBefore,  // an earlier compression evicted it
};

inline bool isHeld(Fate fate) { return fate < Fate::Evicted; }

/// One token as one head judged it. Scores are meaningful unless it is newer or gone before.
struct Verdict {
  Fate fate = Fate::GoneBefore;
  int entry = -1;  // its place before the compression; −1: it had none
  float attention = 0.0F;
  float pooled = 0.0F;
  float redundancy = 0.0F;
  float score = 0.0F;
  float cut = 0.0F;
};

struct ScoreBin {
  float from = 0.0F;  // scores from here to the next bin's
  std::int64_t kept = 0;
  std::int64_t evicted = 0;
};

/// Of one head; `numBins` equal bins over the range of the scores. What stays whatever its score is left out
/// and counted.
struct ScoreHistogram {
  std::vector<ScoreBin> bins;
  float binWidth = 0.0F;
  float cut = 0.0F;  // of several heads: the mean
  std::int64_t numProtected = 0;
  bool isKnown = true;  // false: the record has no scores
};

class CompressionLook {
 public:
  /// REQUIRES: a whole record, which outlives this.
  explicit CompressionLook(const CompressionRecord& record);

  int numHeads() const { return m_record->numLayers * m_record->kvHeads; }
  int numEntries() const { return m_record->numEntries; }
  /// Traces of large models leave scores out; then they are not numbers.
  bool hasScores() const { return !m_record->pooled.empty(); }
  /// The newest token of the text that was there.
  std::int32_t lastToken() const { return m_lastToken; }
  bool isKept(int head, int entry) const { return m_isKept[place(head, entry)] != 0; }
  float score(int head, int entry) const;
  std::int32_t token(int head, int entry) const { return m_record->positions[place(head, entry)]; }
  /// Why an entry is still there, or not.
  Fate fate(int head, int entry) const;

  /// What became of a token of the text in one head.
  Verdict verdict(int head, std::int32_t token) const;
  /// [lastToken() + 1] heads that still hold each token of the text.
  std::vector<std::uint16_t> headsHolding() const;
  /// [lastToken() + 1] heads that held each token before.
  std::vector<std::uint16_t> headsBefore() const;
  /// head < 0: all heads together.
  ScoreHistogram histogram(int head, int numBins) const;
  /// [numHeads] mean share, 0 to 1, of what a head keeps that each other head keeps as well.
  std::vector<float> agreement() const;
  /// [numHeads] mean age of what a head keeps, of 1: the newest token is 0, the first of the text 1.
  std::vector<float> meanAge() const;
  /// Where so many stretches of equal length begin, or one for each token of a shorter text; ascending from
  /// 0.
  std::vector<std::int32_t> equalStretches(int number) const;
  /// Where stretches begin that grow with their age: the newest `newest` tokens, as many before them, then
  /// twice as many, and so on back to the first; ascending from 0.
  std::vector<std::int32_t> stretchesByAge(int newest) const;
  /// [numHeads, starts] share of the tokens of each stretch of the text that a head still holds. `starts`:
  /// ascending from 0.
  std::vector<float> heldByStretch(const std::vector<std::int32_t>& starts) const;

 private:
  std::size_t place(int head, int entry) const {
    return static_cast<std::size_t>(head) * static_cast<std::size_t>(m_record->numEntries) +
           static_cast<std::size_t>(entry);
  }
  bool isPinned(int head, int entry) const;
  std::vector<std::uint16_t> countHeads(bool onlyKept) const;

  const CompressionRecord* m_record;
  std::int32_t m_lastToken = -1;
  std::vector<std::uint8_t> m_isKept;  // [numHeads, numEntries]
};

}  // namespace zipage
