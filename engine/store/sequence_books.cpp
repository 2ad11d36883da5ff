#include "engine/store/sequence_books.h"

namespace zipage {

void writeSequenceBooks(LittleEndianWriter& writer, const StoredSequence& sequence) {
  const CompressionSettings& settings = sequence.settings;
  writer.u32(static_cast<std::uint32_t>(sequence.policy));
  for (const int number :
       {sequence.numEntries, sequence.numScored, sequence.numCompressions, sequence.grownTokens})
    writer.i32(number);
  writer.f64(sequence.longRunWorkingSet);
  writer.u32(static_cast<std::uint32_t>(settings.rule));
  for (const int number : {settings.budgetTokens, settings.periodTokens, settings.segmentTokens,
                           settings.poolKernel, settings.sinkTokens, settings.recentTokens})
    writer.i32(number);
  for (const float number : {settings.decay, settings.redundancyWeight, settings.redundancyTemperature,
                             settings.repeatWeight, settings.similarityThreshold})
    writer.f32(number);
  for (const bool isSo :
       {settings.evenSegments, settings.positionFreeKeys, settings.protectPrompt, settings.wholePrompt})
    writer.u32(isSo ? 1 : 0);
  // Room for what a later program may have to say without a new format.
  for (int i = 0; i < 4; ++i) writer.u32(0);
}

bool readSequenceBooks(std::span<const std::byte> books, StoredSequence& sequence) {
  LittleEndianReader reader(books);
  CompressionSettings& settings = sequence.settings;
  const std::uint32_t policy = reader.u32();
  for (int* number :
       {&sequence.numEntries, &sequence.numScored, &sequence.numCompressions, &sequence.grownTokens})
    *number = reader.i32();
  sequence.longRunWorkingSet = reader.f64();
  const std::uint32_t rule = reader.u32();
  for (int* number : {&settings.budgetTokens, &settings.periodTokens, &settings.segmentTokens,
                      &settings.poolKernel, &settings.sinkTokens, &settings.recentTokens})
    *number = reader.i32();
  for (float* number : {&settings.decay, &settings.redundancyWeight, &settings.redundancyTemperature,
                        &settings.repeatWeight, &settings.similarityThreshold})
    *number = reader.f32();
  for (bool* isSo :
       {&settings.evenSegments, &settings.positionFreeKeys, &settings.protectPrompt, &settings.wholePrompt})
    *isSo = reader.u32() != 0;
  if (reader.isPastEnd() || policy > static_cast<std::uint32_t>(MemoryPolicy::Grow) ||
      rule > static_cast<std::uint32_t>(SelectionRule::Random))
    return false;
  sequence.policy = static_cast<MemoryPolicy>(policy);
  settings.rule = static_cast<SelectionRule>(rule);
  return true;
}

}  // namespace zipage
