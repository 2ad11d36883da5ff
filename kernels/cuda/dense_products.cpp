#include "kernels/cuda/dense_products.h"

#include <cublasLt.h>
#include <dlfcn.h>

#include <map>
#include <tuple>

namespace zipage::cuda {

namespace {

/// The functions of the library, looked up by name.
struct Library {
  decltype(&cublasLtCreate) create = nullptr;
  decltype(&cublasLtDestroy) destroy = nullptr;
  decltype(&cublasLtMatmul) matmul = nullptr;
  decltype(&cublasLtMatmulDescCreate) createOperation = nullptr;
  decltype(&cublasLtMatmulDescSetAttribute) setOperation = nullptr;
  decltype(&cublasLtMatrixLayoutCreate) createLayout = nullptr;
  decltype(&cublasLtMatmulPreferenceCreate) createPreference = nullptr;
  decltype(&cublasLtMatmulPreferenceSetAttribute) setPreference = nullptr;
  decltype(&cublasLtMatmulAlgoGetHeuristic) findAlgorithm = nullptr;

  bool open() {
    void* library = dlopen("libcublasLt.so." ZIPAGE_CUBLAS_MAJOR, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) return false;
    return find(library, create, "cublasLtCreate") && find(library, destroy, "cublasLtDestroy") &&
           find(library, matmul, "cublasLtMatmul") &&
           find(library, createOperation, "cublasLtMatmulDescCreate") &&
           find(library, setOperation, "cublasLtMatmulDescSetAttribute") &&
           find(library, createLayout, "cublasLtMatrixLayoutCreate") &&
           find(library, createPreference, "cublasLtMatmulPreferenceCreate") &&
           find(library, setPreference, "cublasLtMatmulPreferenceSetAttribute") &&
           find(library, findAlgorithm, "cublasLtMatmulAlgoGetHeuristic");
  }

 private:
  template <typename Function>
  static bool find(void* library, Function& function, const char* name) {
    function = reinterpret_cast<Function>(dlsym(library, name));
    return function != nullptr;
  }
};

/// How products of one shape are made; kept for the life of the process.
struct Plan {
  cublasLtMatmulDesc_t operation = nullptr;
  cublasLtMatrixLayout_t weight = nullptr, input = nullptr, output = nullptr;
  cublasLtMatmulAlgo_t algorithm{};
  bool isUsable = false;
};

class CublasProducts final : public DenseProducts {
 public:
  ~CublasProducts() override {
    if (m_handle != nullptr) m_library.destroy(m_handle);
  }
  bool open() { return m_library.open() && m_library.create(&m_handle) == CUBLAS_STATUS_SUCCESS; }

  bool multiply(cudaStream_t stream, const Shape& shape, const void* input, const void* weight, void* output,
                void* workspace) override {
    const Plan& plan = planOf(shape);
    if (!plan.isUsable) return false;
    const float one = 1.0F;
    const float keep = shape.accumulate ? 1.0F : 0.0F;
    return m_library.matmul(m_handle, plan.operation, &one, weight, plan.weight, input, plan.input, &keep,
                            output, plan.output, output, plan.output, &plan.algorithm, workspace,
                            kWorkspaceBytes, stream) == CUBLAS_STATUS_SUCCESS;
  }

 private:
  const Plan& planOf(const Shape& shape) {
    const auto key = std::tuple(shape.rows, shape.outputs, shape.columns, shape.accumulate, shape.isNarrow);
    const auto [place, isNew] = m_plans.try_emplace(key);
    if (isNew) place->second.isUsable = make(shape, place->second);
    return place->second;
  }

  /// The library counts columns first: its matrices are the transposes of ours.
  bool make(const Shape& shape, Plan& plan) {
    constexpr auto kDone = CUBLAS_STATUS_SUCCESS;
    const auto rows = static_cast<std::uint64_t>(shape.rows);
    const auto outputs = static_cast<std::uint64_t>(shape.outputs);
    const auto columns = static_cast<std::uint64_t>(shape.columns);
    const cublasOperation_t transposed = CUBLAS_OP_T;
    cublasLtMatmulPreference_t preference = nullptr;
    const std::size_t workspace = kWorkspaceBytes;
    cublasLtMatmulHeuristicResult_t found{};
    int count = 0;
    const bool isMade =
        m_library.createOperation(&plan.operation, CUBLAS_COMPUTE_32F, CUDA_R_32F) == kDone &&
        m_library.setOperation(plan.operation, CUBLASLT_MATMUL_DESC_TRANSA, &transposed, sizeof transposed) ==
            kDone &&
        m_library.createLayout(&plan.weight, CUDA_R_16BF, columns, outputs, shape.columns) == kDone &&
        m_library.createLayout(&plan.input, CUDA_R_16BF, columns, rows, shape.columns) == kDone &&
        m_library.createLayout(&plan.output, shape.isNarrow ? CUDA_R_16BF : CUDA_R_32F, outputs, rows,
                               shape.outputs) == kDone &&
        m_library.createPreference(&preference) == kDone &&
        m_library.setPreference(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace,
                                sizeof workspace) == kDone &&
        m_library.findAlgorithm(m_handle, plan.operation, plan.weight, plan.input, plan.output, plan.output,
                                preference, 1, &found, &count) == kDone;
    plan.algorithm = found.algo;
    return isMade && count > 0;
  }

  Library m_library;
  cublasLtHandle_t m_handle = nullptr;
  std::map<std::tuple<std::int64_t, std::int64_t, std::int64_t, bool, bool>, Plan> m_plans;
};

}  // namespace

std::unique_ptr<DenseProducts> DenseProducts::open() {
  auto products = std::make_unique<CublasProducts>();
  if (!products->open()) return nullptr;
  return products;
}

}  // namespace zipage::cuda
