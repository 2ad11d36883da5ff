// Field numbers are those of sentencepiece_model.proto. Wire format: a key (field number · 8 + wire type) and
// then a varint (type 0), a length with as many bytes (type 2), or four bytes (type 5).
#include "engine/text/sentencepiece_proto.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace zipage {

namespace {

constexpr std::uint32_t kPieces = 1, kTrainerSpec = 2, kNormalizerSpec = 3;       // ModelProto
constexpr std::uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;          // SentencePiece
constexpr std::uint32_t kModelType = 3, kVocabularySize = 4, kByteFallback = 35;  // TrainerSpec
constexpr std::uint32_t kName = 1, kAddDummyPrefix = 3, kRemoveExtraSpaces = 4,
                        kEscapeSpaces = 5;  // NormalizerSpec
constexpr std::uint64_t kBytePairModel = 2;

void appendVarint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

void appendNumber(std::string& out, std::uint32_t field, std::uint64_t value) {
  appendVarint(out, field << 3);
  appendVarint(out, value);
}

void appendBytes(std::string& out, std::uint32_t field, std::string_view bytes) {
  appendVarint(out, field << 3 | 2);
  appendVarint(out, bytes.size());
  out.append(bytes);
}

void appendFloat(std::string& out, std::uint32_t field, float value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  appendVarint(out, field << 3 | 5);
  out.append(bytes, sizeof value);
}

TokenKind libraryKind(TokenKind kind) { return kind == TokenKind::Mark ? TokenKind::Control : kind; }

}  // namespace

std::string serializeModelProto(const Vocabulary& vocabulary) {
  std::string proto;
  for (std::size_t id = 0; id < vocabulary.texts.size(); ++id) {
    std::string piece;
    appendBytes(piece, kPieceText, vocabulary.texts[id]);
    appendFloat(piece, kPieceScore, vocabulary.scores[id]);
    appendNumber(piece, kPieceType, static_cast<std::uint64_t>(libraryKind(vocabulary.kinds[id])));
    appendBytes(proto, kPieces, piece);
  }
  std::string trainer;
  appendNumber(trainer, kModelType, kBytePairModel);
  appendNumber(trainer, kVocabularySize, vocabulary.texts.size());
  appendNumber(trainer, kByteFallback, std::ranges::count(vocabulary.kinds, TokenKind::Byte) > 0 ? 1 : 0);
  appendBytes(proto, kTrainerSpec, trainer);

  std::string normalizer;
  appendBytes(normalizer, kName, "identity");
  appendNumber(normalizer, kAddDummyPrefix, 0);
  appendNumber(normalizer, kRemoveExtraSpaces, 0);
  appendNumber(normalizer, kEscapeSpaces, 1);
  appendBytes(proto, kNormalizerSpec, normalizer);
  return proto;
}

}  // namespace zipage
