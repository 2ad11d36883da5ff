// The work of one block of sample.cu: one token out of a row whose logits were surveyed and weighed.
#pragma once

#include "kernels/cuda/ranked_piece.cuh"
#include "kernels/uniform_draw.h"

namespace zipage::cuda::sampling {

class RowDraw {
 public:
  __device__ RowDraw(const SurveyedRow& from, const SamplingRow& row, Key likeliest, DrawMemory& memory)
      : m_from(from),
        m_row(row),
        m_scale(floatOfOrdered(bitsOf(likeliest)), row.temperature),
        m_memory(memory),
        m_piece(from, m_scale, memory) {}

  /// The same token on every thread.
  __device__ std::int32_t run() { return ranks(m_row) ? drawRanked() : drawInOrder(); }

 private:
  /// Where nothing is ranked the order is that of the ids, as on the CPU.
  __device__ std::int32_t drawInOrder() const {
    const auto keptIn = [&](int slice) { return m_from.kept[slice]; };
    const Fixed mark = markIn(totalOf<Fixed>(m_from.slices, keptIn));
    const auto slice = placeOf<Fixed>(mark, m_from.slices, keptIn);
    const int first = slice.index * kSlice;
    const auto keptAt = [&](int i) { return keptWeight(m_row, m_scale.weightOf(m_from.logits[first + i])); };
    return first + placeOf<Fixed>(mark - slice.before, min(kSlice, m_from.count - first), keptAt).index;
  }

  __device__ std::int32_t drawRanked() {
    m_memory.addUp(m_from);
    // What all that is kept weighs, filter by filter: they leave the best, so that says which are kept.
    Fixed total = m_memory.weightUntil[kBins - 1];
    float least = 1.0F;  // weight that is kept
    if (m_row.topK > 0 && static_cast<std::uint32_t>(m_row.topK) < m_memory.countUntil[kBins - 1])
      total = keep(m_piece.spotOf<&Tally::count>(static_cast<Fixed>(m_row.topK) - 1), least);
    if (m_row.topP < 1.0F) total = keep(m_piece.spotOf<&Tally::weight>(shareOf(total) - 1), least);
    if (m_row.minP > 0.0F && least < fminf(m_row.minP, 1.0F)) total = weightOfLikelyEnough();
    return idOf(m_piece.spotOf<&Tally::weight>(markIn(total)).key);
  }

  __device__ Fixed keep(const Spot& last, float& least) const {
    least = m_scale.weightOf(floatOfOrdered(bitsOf(last.key)));
    return last.until;
  }

  __device__ Fixed weightOfLikelyEnough() const {
    const float least = fminf(m_row.minP, 1.0F);
    const std::uint32_t top = orderedBits(m_scale.largest);
    const std::uint32_t bits =
        leastBits(top, [&](std::uint32_t b) { return m_scale.weightOf(floatOfOrdered(b)) >= least; });
    return m_piece.tallyOf(bits, top + 1).weight;
  }

  /// What the best candidates must reach together; the best is always kept.
  __device__ Fixed shareOf(Fixed total) const {
    const double share = ceil(static_cast<double>(total) * fmaxf(m_row.topP, 0.0F));
    const Fixed wanted = share > 1.0 ? static_cast<Fixed>(share) : Fixed{1};
    return wanted < total ? wanted : total;
  }

  /// Where in `total` the draw falls.
  __device__ Fixed markIn(Fixed total) const {
    const auto mark = static_cast<Fixed>(uniformDraw(m_row.seed, m_row.counter) * static_cast<double>(total));
    return mark < total ? mark : total - 1;
  }

  const SurveyedRow& m_from;
  const SamplingRow& m_row;
  Scale m_scale;
  DrawMemory& m_memory;
  RankedPiece m_piece;
};

}  // namespace zipage::cuda::sampling
