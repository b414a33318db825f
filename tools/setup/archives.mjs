/**
 * The official libtorch archives that the set-up knows. PyTorch publishes no checksums: a hash is listed only where
 * several independent projects that pin the same file agree on it. For any other archive ATTUNE_LIBTORCH_SHA256 has to
 * be set.
 */
export const OFFICIAL = 'https://download.pytorch.org/libtorch';

export const VERSION = '2.7.1';

/** @type {Record<string, { path: string, sha256: string } | undefined>} by `${process.platform}-${process.arch}` */
export const ARCHIVES = {
  'linux-x64': {
    path: 'cpu/libtorch-cxx11-abi-shared-with-deps-2.7.1%2Bcpu.zip',
    sha256: '63d572598c8d532128a335018913e795c1bbb32602ce378896dc8cfbb5590976',
  },
  'darwin-arm64': {
    path: 'cpu/libtorch-macos-arm64-2.7.1.zip',
    sha256: 'aa89ac85b91c83d0f976f8d135330d51e38ab777b26ec24f312fd58d079314cb',
  },
};
