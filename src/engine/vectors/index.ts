/** Vector search by inner product. */
export { buildIndex, vectorsOf } from './build-index.ts';
export { ClusteredIndex } from './clustered-index.ts';
export { ExactIndex } from './exact-index.ts';
export { readIndex, writeIndex, type StoredIndex } from './index-file.ts';
export { sideBySide, type Found, type VectorIndex } from './vector-index.ts';
