/**
 * The official libtorch archives that the set-up knows; for Linux on arm64 PyTorch publishes only a wheel. PyTorch
 * publishes no checksums: a hash is listed only where several independent projects that pin the same file agree on it.
 * For any other archive ATTUNE_LIBTORCH_SHA256 has to be set.
 */
export const OFFICIAL = 'https://download.pytorch.org';

export const VERSION = '2.7.1';

/** @type {Record<string, { path: string, sha256: string } | undefined>} by `${process.platform}-${process.arch}` */
export const ARCHIVES = {
  'linux-x64': {
    path: 'libtorch/cpu/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcpu.zip',
    sha256: '63d572598c8d532128a335018913e795c1bbb32602ce378896dc8cfbb5590976',
  },
  'linux-arm64': {
    path: 'whl/cpu/torch-2.7.1%2Bcpu-cp312-cp312-manylinux_2_28_aarch64.whl',
    sha256: '3bf2db5adf77b433844f080887ade049c4705ddf9fe1a32023ff84ff735aa5ad',
  },
  'darwin-arm64': {
    path: 'libtorch/cpu/libtorch-macos-arm64-2.7.1.zip',
    sha256: 'aa89ac85b91c83d0f976f8d135330d51e38ab777b26ec24f312fd58d079314cb',
  },
};
