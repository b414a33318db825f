/** Data: reads files, checks and splits examples, measures their lengths, and orders them for training. */
export type { Example, ExampleKind } from './example.ts';
export type { RowFormatter, RowFormatters } from './row-formatter.ts';
export { loadData, type DataOptions, type DataProgress, type DataReport, type LoadedData } from './load-data.ts';
export type { DataSource, DataSpec, KnownShapes, RowShape } from './sources.ts';
export { exampleRow } from './example-row.ts';
export { refuseContaminated } from './contamination.ts';
export { assignSplits, splitNames, type SplitName, type SplitShares } from './assign-splits.ts';
export { LEFT_OUT, splitByTime } from './split-by-time.ts';
export { timeIn } from './time-in.ts';
export { foldsOf } from './folds.ts';
export { inspectData, type DataInspection, type InspectOptions } from './inspect.ts';
export { countLabels, type LabelReport } from './label-counts.ts';
export { LengthTally, reportLengths, type LengthReport } from './lengths.ts';
export {
  CUT_ANYWHERE,
  READ_IN_WINDOWS,
  type FitOptions,
  type LongRowPolicy,
  type RowOrigin,
  type TokenRow,
  type TruncationSide,
} from './cut-row.ts';
export { fitRows, type CutRow } from './long-rows.ts';
export { makeSampler, type Batch, type Sampler, type SamplerOptions, type SamplerState } from './sampler.ts';
export { refitMixture, type MixturePart } from './mixture.ts';
export { DiskSignatures } from './disk-signatures.ts';
export { packSignature, TextSigner, unpackSignature } from './text-signature.ts';
export { linkBuckets } from './link-buckets.ts';
export { NEAR } from './near-duplicates.ts';
export { isSimilar, normalWords } from './shingles.ts';
export { SpilledOrder } from './spilled-order.ts';
export { UnionFind } from './union-find.ts';
export { textOf } from './compared-text.ts';
export { inputFiles, readInputs, scanColumns, type InputRow } from './read-inputs.ts';
export { FLAGS, PROVENANCE } from './provenance-column.ts';
