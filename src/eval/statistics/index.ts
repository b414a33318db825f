export { bounds, spreadInterval, type BootstrapOptions, type Interval } from './bootstrap.ts';
export { holm } from './holm.ts';
export { discordant, mcnemarExact, type Discordant } from './mcnemar.ts';
export { pairedShareDifference } from './paired-shares.ts';
export { minimalDetectableDifference, minimalDetectableRateDifference, type PowerOptions } from './power.ts';
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
