// Products with every matrix of the model that differs in shape or type.
#include <algorithm>

#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"
#include "engine/model/random_weights.h"
#include "engine/model/tensor_names.h"

namespace zipage {

namespace {

constexpr int kRows[] = {1, 4, 16, 64, 256};
constexpr std::size_t kAlignment = 256;
constexpr int kRandomThreads = 4;

/// Matrices of one shape and type, and what they are for.
struct Matrix {
  std::string roles;
  ConstTensorView view;  // one of them
};

void add(std::vector<Matrix>& matrices, const TensorSource& tensors, const std::string& name,
         const char* role) {
  const auto tensor = tensors.tensor(name + ".weight");
  if (!tensor || !tensor->view) return;
  const ConstTensorView& view = tensor->view;
  const auto same = std::ranges::find_if(matrices, [&](const Matrix& matrix) {
    return matrix.view.type == view.type && matrix.view.rows == view.rows &&
           matrix.view.columns == view.columns;
  });
  if (same == matrices.end()) return matrices.push_back({role, view});
  if (same->roles.find(role) == std::string::npos) same->roles += std::string("+") + role;
}

std::vector<Matrix> matricesOf(const TensorSource& tensors, const ModelConfig& config) {
  constexpr std::pair<LayerPart, const char*> kParts[] = {
      {LayerPart::Query, "q"},           {LayerPart::Key, "k"},
      {LayerPart::Value, "v"},           {LayerPart::QueryKeyValue, "qkv"},
      {LayerPart::AttentionOutput, "o"}, {LayerPart::Router, "router"},
      {LayerPart::Gate, "gate"},         {LayerPart::Up, "up"},
      {LayerPart::Down, "down"}};
  std::vector<Matrix> matrices;
  for (int layer = 0; layer < config.numLayers; ++layer) {
    for (const auto& [part, role] : kParts)
      add(matrices, tensors, tensorName(tensors.naming(), part, layer), role);
    // GGUF files have one name for both, whatever it holds.
    const std::string both = tensorName(tensors.naming(), LayerPart::GateUp, layer);
    if (both != tensorName(tensors.naming(), LayerPart::Up, layer)) add(matrices, tensors, both, "gate+up");
  }
  add(matrices, tensors,
      tensorName(tensors.naming(), config.tiedOutput ? ModelPart::Embedding : ModelPart::Output), "output");
  return matrices;
}

/// As the device keeps it: its own repacked bytes, or those of the file.
DeviceWeight loaded(OpBench& bench, OpMemory& memory, const ConstTensorView& view,
                    std::vector<std::byte>& random) {
  if (!bench.options().weightsAreRandom) return memory.weight(view);
  random.resize(view.bytes());
  fillRandomWeights(random, view.type, view.rows, view.columns, 1, kRandomThreads);
  ConstTensorView host = view;
  host.data = random.data();
  return memory.weight(host);
}

Result<void> measureMatrix(OpBench& bench, const Matrix& matrix) {
  OpMemory memory(bench.device());
  std::vector<std::byte> random;
  const DeviceWeight weight = loaded(bench, memory, matrix.view, random);
  const std::size_t bytes = weight.storage ? weight.storage.bytes() : matrix.view.bytes();
  const std::size_t stride = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  const int copies = copiesBeyondCaches(static_cast<double>(bytes));
  const std::byte* const weights = memory.copies(weight.view.data, bytes, copies, stride);
  const auto outputs = matrix.view.rows;
  const auto columns = matrix.view.columns;
  for (const int rows : kRows) {
    const std::string shape = matrix.roles + " " + layoutOf(matrix.view.type).name + " " +
                              std::to_string(outputs) + "x" + std::to_string(columns) + ", " +
                              std::to_string(rows) + (rows == 1 ? " row" : " rows");
    if (!bench.wants("matmul", shape)) continue;
    const DataType type = bench.device().info().activationType;
    const TensorView input = memory.matrix(type, rows, columns);
    const TensorView output = memory.matrix(type, rows, outputs);
    if (auto room = memory.check(); !room) return room;
    const auto measured = bench.measure(
        {"matmul", shape,
         static_cast<double>(matrix.view.bytes()) + static_cast<double>(input.bytes() + output.bytes()),
         2.0 * rows * static_cast<double>(outputs) * static_cast<double>(columns),
         [&](Stream& stream, int number) {
           ConstTensorView view = weight.view;
           view.data = weights + static_cast<std::size_t>(number % copies) * stride;
           bench.device().matmul(stream, {.input = input, .weight = view, .bias = {}, .output = output});
         }});
    if (!measured) return measured;
  }
  return {};
}

}  // namespace

Result<void> measureProducts(OpBench& bench) {
  if (!bench.wants("matmul")) return {};
  for (const Matrix& matrix : matricesOf(bench.tensors(), bench.config())) {
    if (auto measured = measureMatrix(bench, matrix); !measured) return measured;
  }
  return {};
}

}  // namespace zipage
