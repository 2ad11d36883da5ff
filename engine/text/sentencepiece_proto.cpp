// Field numbers are those of sentencepiece_model.proto. Wire format: a key (field number · 8 + wire type) and
// then a varint (type 0), a length with as many bytes (type 2), or four bytes (type 5).
#include "engine/text/sentencepiece_proto.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace zipage {

namespace {

constexpr std::uint32_t kPieces = 1, kTrainerSpec = 2, kNormalizerSpec = 3;       // ModelProto
constexpr std::uint32_t kPieceText = 1, kPieceScore = 2, kPieceType = 3;          // SentencePiece
constexpr std::uint32_t kModelType = 3, kVocabularySize = 4, kByteFallback = 35;  // TrainerSpec
constexpr std::uint32_t kName = 1, kCharacterMap = 2, kAddDummyPrefix = 3, kRemoveExtraSpaces = 4,
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

/// Goes through the fields of a message.
class FieldCursor {
 public:
  explicit FieldCursor(std::string_view bytes) : m_rest(bytes) {}

  /// False at the end, and where the bytes are no message.
  bool next() {
    std::uint64_t key = 0;
    if (m_rest.empty() || !takeVarint(key)) return false;
    m_field = static_cast<std::uint32_t>(key >> 3);
    switch (key & 7) {
      case 0:
        return takeVarint(m_number);
      case 1:
        return takeBytes(8);
      case 2:
        return takeVarint(m_number) && takeBytes(m_number);
      case 5:
        return takeBytes(4);
      default:
        return fail();
    }
  }

  bool isValid() const { return m_isValid; }
  std::uint32_t field() const { return m_field; }
  std::uint64_t number() const { return m_number; }
  std::string_view bytes() const { return m_bytes; }
  float real() const {
    float value = 0.0F;
    if (m_bytes.size() == sizeof value) std::memcpy(&value, m_bytes.data(), sizeof value);
    return value;
  }

 private:
  bool fail() {
    m_isValid = false;
    return false;
  }
  bool takeVarint(std::uint64_t& value) {
    value = 0;
    for (int shift = 0; shift < 64 && !m_rest.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(m_rest.front());
      m_rest.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return true;
    }
    return fail();
  }
  bool takeBytes(std::uint64_t count) {
    if (count > m_rest.size()) return fail();
    m_bytes = m_rest.substr(0, count);
    m_rest.remove_prefix(count);
    return true;
  }

  std::string_view m_rest;
  std::string_view m_bytes;
  std::uint64_t m_number = 0;
  std::uint32_t m_field = 0;
  bool m_isValid = true;
};

Result<void> parsePiece(std::string_view bytes, Vocabulary& vocabulary) {
  std::string text;
  float score = 0.0F;
  std::uint64_t kind = static_cast<std::uint64_t>(TokenKind::Normal);
  FieldCursor cursor(bytes);
  while (cursor.next()) {
    if (cursor.field() == kPieceText) text = cursor.bytes();
    if (cursor.field() == kPieceScore) score = cursor.real();
    if (cursor.field() == kPieceType) kind = cursor.number();
  }
  if (!cursor.isValid() || kind < 1 || kind > 6 || !std::isfinite(score))
    return failure(ErrorCode::InvalidFile,
                   "the piece " + std::to_string(vocabulary.texts.size()) + " is not valid");
  vocabulary.texts.push_back(std::move(text));
  vocabulary.scores.push_back(score);
  vocabulary.kinds.push_back(static_cast<TokenKind>(kind));
  return {};
}

Result<void> parseTrainer(std::string_view bytes) {
  FieldCursor cursor(bytes);
  while (cursor.next()) {
    if (cursor.field() == kModelType && cursor.number() != kBytePairModel)
      return failure(ErrorCode::Unsupported, "is no vocabulary of byte pairs");
  }
  return {};
}

Result<void> parseNormalizer(std::string_view bytes, Vocabulary& vocabulary) {
  FieldCursor cursor(bytes);
  while (cursor.next()) {
    if (cursor.field() == kCharacterMap && !cursor.bytes().empty())
      return failure(ErrorCode::Unsupported, "changes characters before it cuts them, which is not known");
    if (cursor.field() == kAddDummyPrefix) vocabulary.addsSpacePrefix = cursor.number() != 0;
    if (cursor.field() == kRemoveExtraSpaces && cursor.number() != 0)
      return failure(ErrorCode::Unsupported, "removes spaces, which is not known");
  }
  return {};
}

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

Result<Vocabulary> parseModelProto(std::string_view bytes) {
  Vocabulary vocabulary;
  FieldCursor cursor(bytes);
  Result<void> done;
  while (done && cursor.next()) {
    if (cursor.field() == kPieces) done = parsePiece(cursor.bytes(), vocabulary);
    if (cursor.field() == kTrainerSpec) done = parseTrainer(cursor.bytes());
    if (cursor.field() == kNormalizerSpec) done = parseNormalizer(cursor.bytes(), vocabulary);
  }
  if (!done) return tl::unexpected(done.error());
  if (!cursor.isValid() || vocabulary.texts.empty())
    return failure(ErrorCode::InvalidFile, "is no vocabulary of the sentencepiece library");
  return vocabulary;
}

}  // namespace zipage
