// The table of kernels of the instruction set that the including file is compiled for.
#pragma once
#include "attention_backward_kernel.hpp"
#include "few_rows_kernel.hpp"
#include "four_bit_kernel.hpp"
#include "int8_kernel.hpp"
#include "int8_rows_kernel.hpp"
#include "log_probs_kernel.hpp"
#include "low_rank_kernel.hpp"
#include "paged_kernel.hpp"
#include "panel_product_kernel.hpp"
#include "pointwise_kernel.hpp"
#include "rms_norm_kernel.hpp"
#include "row_sums_kernel.hpp"

namespace attune {

namespace {

template <class Stored>
constexpr TypeKernels typeKernels() {
  using Forward = AttentionForward<Stored>;
  using Backward = AttentionBackward<Stored>;
  return {{Forward::packedBytes, Forward::pack, Forward::kScratch, Forward::forward, Forward::forwardFew, Backward::scratchBytes, Backward::backward},
          PagedRows<Stored>::run,
          {RmsNormRows<Stored>::forward, RmsNormRows<Stored>::backward},
          Pointwise<Stored>::rope,
          Pointwise<Stored>::swiGlu,
          Pointwise<Stored>::swiGluBackward,
          Pointwise<Stored>::add,
          {LogProbRows<Stored>::forward, LogProbRows<Stored>::backward},
          FewRowsProduct<Stored>::run,
          FewRowsProduct<Stored>::kWiden,
          {LowRankRows<Stored>::inner, LowRankRows<Stored>::add},
          panelKernels<Stored>(),
          rowSumKernels<Stored>(),
          {Int8Rows<Stored>::run, Int8Panels<Stored>::run},
          FourBitBlocks<Stored>::run,
          WidenedRows<Stored>::run};
}

}  // namespace

}  // namespace attune
