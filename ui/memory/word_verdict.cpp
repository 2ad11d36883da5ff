#include "ui/memory/word_verdict.h"

#include <QCoreApplication>
#include <QLocale>

#include "ui/memory/memory_texts.h"

namespace zipage::ui {

namespace {

struct WordTexts {
  Q_DECLARE_TR_FUNCTIONS(WordTexts)
};

/// What the heads that evicted a word gave it, and what those they kept had, in the mean.
struct Comparison {
  float score = 0.0F, cut = 0.0F;
  float pooled = 0.0F, redundancy = 0.0F;
  float keptPooled = 0.0F, keptRedundancy = 0.0F;
};

Comparison compare(const CompressionRecord& record, const WordVerdict& word) {
  Comparison sums;
  const auto keep = static_cast<std::size_t>(record.keep),
             entries = static_cast<std::size_t>(record.numEntries);
  for (std::size_t head = 0; head < word.heads.size(); ++head) {
    const Verdict& verdict = word.heads[head];
    if (verdict.fate != Fate::Evicted) continue;
    sums.score += verdict.score;
    sums.cut += verdict.cut;
    sums.pooled += verdict.pooled;
    sums.redundancy += verdict.redundancy;
    for (std::size_t place = 0; place < keep; ++place) {
      const std::size_t at = head * entries + static_cast<std::size_t>(record.kept[head * keep + place]);
      sums.keptPooled += record.pooled[at] / static_cast<float>(keep);
      if (!record.redundancy.empty()) sums.keptRedundancy += record.redundancy[at] / static_cast<float>(keep);
    }
  }
  const float share = 1.0F / static_cast<float>(std::max(1, word.numEvicting));
  for (float* sum :
       {&sums.score, &sums.cut, &sums.pooled, &sums.redundancy, &sums.keptPooled, &sums.keptRedundancy})
    *sum *= share;
  return sums;
}

QString whyEvicted(const CompressionRecord& record, const WordVerdict& word) {
  const Comparison means = compare(record, word);
  const float attentionMissing = record.weight * (means.keptPooled - means.pooled);
  const float redundancyOver = (1.0F - record.weight) * (means.redundancy - means.keptRedundancy);
  const QString chiefly = redundancyOver > attentionMissing
                              ? WordTexts::tr("chiefly because other tokens say the same")
                              : WordTexts::tr("chiefly because little attention went to it");
  return WordTexts::tr("in the mean its score was %1 where %2 was needed, %3")
      .arg(scoreText(means.score), scoreText(means.cut), chiefly);
}

}  // namespace

WordVerdict judgeWord(const CompressionRecord& record, const CompressionLook& look, std::int32_t token) {
  WordVerdict word;
  int numNewer = 0;
  Fate protection = Fate::ByScore;
  for (int head = 0; head < look.numHeads(); ++head) {
    const Verdict verdict = look.verdict(head, token);
    word.numHolding += isHeld(verdict.fate) ? 1 : 0;
    word.numEvicting += verdict.fate == Fate::Evicted ? 1 : 0;
    word.numGone += verdict.fate == Fate::GoneBefore ? 1 : 0;
    numNewer += verdict.fate == Fate::Newer ? 1 : 0;
    if (isHeld(verdict.fate) && verdict.fate != Fate::ByScore) protection = verdict.fate;
    word.heads.push_back(verdict);
  }
  const QString all = countText(look.numHeads());
  if (numNewer > 0) {
    word.reason = WordTexts::tr("All %1 heads see it: it came after this compression.").arg(all);
  } else if (word.numHolding == look.numHeads()) {
    word.reason = WordTexts::tr("All %1 heads see it: %2.").arg(all, fateReason(protection));
  } else {
    word.reason = WordTexts::tr("%1 of %2 heads still see it.").arg(countText(word.numHolding), all);
    if (word.numEvicting > 0) {
      word.reason += QLatin1Char(' ') + WordTexts::tr("%1 evicted it here").arg(countText(word.numEvicting));
      word.reason += look.hasScores() ? QStringLiteral(": ") + whyEvicted(record, word) : QString();
      word.reason += QLatin1Char('.');
    }
    if (word.numGone > 0)
      word.reason += QLatin1Char(' ') +
                     WordTexts::tr("%1 had lost it in an earlier compression.").arg(countText(word.numGone));
  }
  return word;
}

}  // namespace zipage::ui
