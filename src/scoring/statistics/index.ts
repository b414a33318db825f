export { bounds, spreadInterval, type BootstrapOptions, type Interval } from './bootstrap.ts';
export { MeanSequence, shareSequence, type SequenceInterval } from './confidence-sequence.ts';
export { eBenjaminiHochberg, permutationEValue } from './e-values.ts';
export { holm } from './holm.ts';
export { mean } from './moments.ts';
export { discordant, mcnemarExact, type Discordant } from './mcnemar.ts';
export { pairedShareDifference } from './paired-shares.ts';
export {
  detectableShare,
  minimalDetectableDifference,
  minimalDetectableRateDifference,
  type PowerOptions,
} from './power.ts';
export { RankMartingale, type Direction, type MartingaleState } from './rank-martingale.ts';
export { Resampling, type ResamplingOptions, type Spread, type Statistic } from './resampling.ts';
export {
  pairedDifference,
  ScoreStatistics,
  type MeasuredRows,
  type PairedDifference,
  type StatisticsOptions,
} from './score-statistics.ts';
export { fisherExact, shareDifference, type Share, type ShareDifference } from './two-shares.ts';
export { wilsonInterval } from './wilson.ts';
