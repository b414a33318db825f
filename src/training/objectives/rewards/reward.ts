import type { Metrics } from '../../../base/events.ts';
import type { PromptExample } from '../../../data/example.ts';
import type { Message } from '../../../models/text/message.ts';

/** An answer as passed to a reward function. */
export interface RewardSample {
  prompt: string | readonly Message[];
  completion: string;
  /** The other columns of the prompt's row. */
  row: Readonly<Record<string, unknown>>;
  /** Tokens of the answer. */
  tokens: number;
  /** Whether it ended by itself, before max_completion_length. */
  isComplete: boolean;
  /** With tools: all turns of the answer, including calls and results; `completion` is the text of the last one. */
  turns?: readonly Message[];
}

/** Higher is better; null to abstain. */
export type Reward = number | null;

/** `export const name: RewardFunction = ({ completion, row }) => …`, referenced in a recipe as ./rewards.ts#name */
export type RewardFunction = (sample: RewardSample) => Reward | Promise<Reward>;

/** Scores all answers of a step at once, in order. */
export interface BatchReward {
  batch(samples: readonly RewardSample[]): readonly Reward[] | Promise<readonly Reward[]>;
}

/** A reward, ready to use. */
export interface Scorer {
  readonly name: string;
  /** Rewards in the order of the samples. @throws AttuneError E_REWARD_… */
  score(samples: readonly PlacedSample[], signal?: AbortSignal): Promise<Reward[]>;
  /** Prepares what it needs, before training. @throws AttuneError E_JUDGE_DOWN, E_REWARD_MODEL */
  ready?(signal: AbortSignal): Promise<void>;
  /** @throws AttuneError if rows lack what it needs */
  check?(rows: readonly PromptExample[]): void;
  /** Further metrics of the last scored answers, logged below its name. */
  metrics?(): Metrics;
  /** Releases resources. */
  dispose?(): void;
}

/** A sample with the position of its row. */
export interface PlacedSample extends RewardSample {
  source: { file: string; line: number };
}
