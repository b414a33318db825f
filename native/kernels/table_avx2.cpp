#include "table.hpp"

namespace attune {

const Kernels avx2Kernels = {typeKernels<Bf16>(), typeKernels<float>(), false};

}  // namespace attune
