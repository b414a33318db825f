/** Cost of one operator or phase in a step. */
export interface ProfiledPart {
  name: string;
  calls: number;
  seconds: number;
  processorSeconds: number;
  /** Bytes allocated. */
  bytes: number;
}

/** Share of the machine's matrix-product throughput that a step used (MFU). */
export interface Utilisation {
  /** Floating-point operations of the model over those possible in the time: 0 to 1. */
  share: number;
  /** Type in which products were computed, and the machine's measured rate for it in GFLOP/s. */
  dtype: 'bf16' | 'f32';
  gflops: number;
}

/** Profile of a few steps; amounts are per step. */
export interface ProfileFinished {
  type: 'profile-finished';
  /** A trace for chrome://tracing or ui.perfetto.dev. */
  path: string;
  steps: number;
  seconds: number;
  processorSeconds: number;
  /** Present if the operations can be counted from the rows' tokens. */
  utilisation?: Utilisation;
  phases: readonly ProfiledPart[];
  /** Embedding, blocks and final norm, numbered from 0, each for forward and backward. */
  stages: readonly ProfiledPart[];
  /** Self time of each operator, longest first. */
  operators: readonly ProfiledPart[];
}
