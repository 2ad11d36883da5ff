// Writes small good model files for the fuzzer to start from:  fuzz_gguf_seeds FOLDER
#include <filesystem>

#include "tests/support/small_vocabulary.h"
#include "tests/support/tiny_qwen.h"

using namespace zipage::test;

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const std::filesystem::path folder = arguments[1];
  std::filesystem::create_directories(folder);

  TinyQwen shape;
  shape.layers = 1;
  shape.model = 4;
  shape.feedForward = 3;
  shape.queryHeads = 2;
  shape.head = 2;
  shape.vocabulary = 5;
  tinyQwenFile(shape).write(folder / "model.gguf");

  GgufWriter vocabulary;
  SmallVocabulary().writeTo(vocabulary).write(folder / "vocabulary.gguf");
  return 0;
}
