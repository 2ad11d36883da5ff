// Products with every matrix of the model that differs in shape or type.
#include <algorithm>
#include <optional>

#include "app/cli/bench/op_bench.h"
#include "app/cli/bench/op_memory.h"
#include "engine/model/random_weights.h"
#include "engine/model/tensor_names.h"

namespace zipage {

namespace {

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

/// One matrix many times over, as the device keeps it, so that products find it in memory.
class RotatedMatrix {
 public:
  RotatedMatrix(OpBench& bench, OpMemory& memory, const ConstTensorView& view) {
    // Only for as long as it is loaded: everything else works on the copies.
    std::vector<std::byte> random;
    ConstTensorView host = view;
    if (bench.options().weightsAreRandom) {
      random.resize(view.bytes());
      fillRandomWeights(random, view.type, view.rows, view.columns, 1, kRandomThreads);
      host.data = random.data();
    }
    const DeviceWeight weight = memory.weight(host);
    const std::size_t bytes = weight.storage ? weight.storage.bytes() : view.bytes();
    m_view = weight.view;
    m_stride = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    m_copies = copiesBeyondCaches(static_cast<double>(bytes));
    m_start = memory.copies(weight.view.data, bytes, m_copies, m_stride);
  }

  ConstTensorView operator[](int number) const {
    ConstTensorView view = m_view;
    view.data = m_start + static_cast<std::size_t>(number % m_copies) * m_stride;
    return view;
  }

 private:
  ConstTensorView m_view;
  std::size_t m_stride = 0;
  int m_copies = 1;
  const std::byte* m_start = nullptr;
};

std::string shapeOf(const std::string& roles, const ConstTensorView& view, int rows) {
  return roles + " " + layoutOf(view.type).name + " " + std::to_string(view.rows) + "x" +
         std::to_string(view.columns) + ", " + std::to_string(rows) + (rows == 1 ? " row" : " rows");
}

double flopsOf(const ConstTensorView& view, int rows) {
  return 2.0 * rows * static_cast<double>(view.rows) * static_cast<double>(view.columns);
}

double bytesOfAll(std::initializer_list<ConstTensorView> views) {
  double bytes = 0.0;
  for (const ConstTensorView& view : views) bytes += static_cast<double>(view.bytes());
  return bytes;
}

Result<void> measureMatrix(OpBench& bench, const Matrix& matrix) {
  const ConstTensorView& view = matrix.view;
  if (std::ranges::none_of(
          kProductRows, [&](int rows) { return bench.wants("matmul", shapeOf(matrix.roles, view, rows)); }))
    return {};
  OpMemory memory(bench.device());
  const RotatedMatrix weights(bench, memory, view);
  for (const int rows : kProductRows) {
    const TensorView input = memory.matrix(bench.device().info().activationType, rows, view.columns);
    const TensorView output = memory.matrix(DataType::F32, rows, view.rows);
    if (auto room = memory.check(); !room) return room;
    const auto measured = bench.measure(
        {"matmul", shapeOf(matrix.roles, view, rows), bytesOfAll({view, input, output}), flopsOf(view, rows),
         [&](Stream& stream, int number) {
           bench.device().matmul(stream,
                                 {.input = input, .weight = weights[number], .bias = {}, .output = output});
         }});
    if (!measured) return measured;
  }
  return {};
}

std::optional<ConstTensorView> firstLayers(OpBench& bench, LayerPart part) {
  const TensorSource& tensors = bench.tensors();
  const auto tensor = tensors.tensor(tensorName(tensors.naming(), part, 0) + ".weight");
  return tensor && tensor->view ? std::optional(tensor->view) : std::nullopt;
}

/// Queries, keys and values of one input, as a step computes them.
Result<void> measureTogether(OpBench& bench) {
  const auto query = firstLayers(bench, LayerPart::Query);
  const auto key = firstLayers(bench, LayerPart::Key);
  const auto value = firstLayers(bench, LayerPart::Value);
  if (!query || !key || !value || !bench.wants("normed-matmul")) return {};
  OpMemory memory(bench.device());
  const RotatedMatrix queries(bench, memory, *query), keys(bench, memory, *key),
      values(bench, memory, *value);
  for (const int rows : kProductRows) {
    const RmsNormArguments norm{
        .input = memory.matrix(DataType::F32, rows, query->columns),
        .gain = memory.matrix(DataType::F32, 1, query->columns),
        .output = memory.matrix(bench.device().info().activationType, rows, query->columns)};
    const ConstTensorView input = norm.output;
    const TensorView outputs[] = {memory.matrix(DataType::F32, rows, query->rows),
                                  memory.matrix(DataType::F32, rows, key->rows),
                                  memory.matrix(DataType::F32, rows, value->rows)};
    if (auto room = memory.check(); !room) return room;
    const auto measured =
        bench.measure({"normed-matmul", shapeOf("q, k, v", *query, rows),
                       bytesOfAll({*query, *key, *value, norm.input, outputs[0], outputs[1], outputs[2]}),
                       flopsOf(*query, rows) + flopsOf(*key, rows) + flopsOf(*value, rows),
                       [&](Stream& stream, int number) {
                         const MatmulArguments products[] = {
                             {.input = input, .weight = queries[number], .bias = {}, .output = outputs[0]},
                             {.input = input, .weight = keys[number], .bias = {}, .output = outputs[1]},
                             {.input = input, .weight = values[number], .bias = {}, .output = outputs[2]}};
                         bench.device().normedMatmul(stream, norm, products);
                       }});
    if (!measured) return measured;
  }
  return {};
}

Result<void> measureGated(OpBench& bench) {
  const auto gate = firstLayers(bench, LayerPart::Gate);
  const auto up = firstLayers(bench, LayerPart::Up);
  const bool areApart = gate && up && gate->rows == up->rows;
  if (!areApart || !bench.wants("gated-matmul")) return {};
  OpMemory memory(bench.device());
  const RotatedMatrix gates(bench, memory, *gate), ups(bench, memory, *up);
  const DataType type = bench.device().info().activationType;
  for (const int rows : kProductRows) {
    const RmsNormArguments norm{.input = memory.matrix(DataType::F32, rows, gate->columns),
                                .gain = memory.matrix(DataType::F32, 1, gate->columns),
                                .output = memory.matrix(type, rows, gate->columns)};
    const TensorView output = memory.matrix(type, rows, gate->rows);
    const TensorView room = memory.matrix(type, rows, gate->rows);
    if (auto enough = memory.check(); !enough) return enough;
    const auto measured = bench.measure(
        {"gated-matmul", shapeOf("gate, up", *gate, rows), bytesOfAll({*gate, *up, norm.input, output}),
         flopsOf(*gate, rows) + flopsOf(*up, rows), [&](Stream& stream, int number) {
           bench.device().gatedMatmul(stream, {.norm = norm,
                                               .gateWeight = gates[number],
                                               .gateBias = {},
                                               .upWeight = ups[number],
                                               .upBias = {},
                                               .gate = output,
                                               .up = room});
         }});
    if (!measured) return measured;
  }
  return {};
}

}  // namespace

Result<void> measureProducts(OpBench& bench) {
  for (const Matrix& matrix : matricesOf(bench.tensors(), bench.config())) {
    if (!bench.wants("matmul")) break;
    if (auto measured = measureMatrix(bench, matrix); !measured) return measured;
  }
  if (auto measured = measureTogether(bench); !measured) return measured;
  return measureGated(bench);
}

}  // namespace zipage
