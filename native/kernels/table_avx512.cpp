#include "table.hpp"

namespace attune {

const Kernels avx512Kernels = {typeKernels<Bf16>(), typeKernels<float>(), true};

}  // namespace attune
