import type { Metrics } from '../../../base/events.ts';
import type { PromptExample } from '../../../data/example.ts';
import type { Message } from '../../../models/text/message.ts';

/** One answer, as a reward function sees it. */
export interface RewardSample {
  prompt: string | readonly Message[];
  completion: string;
  /** The other columns of the prompt's row. */
  row: Readonly<Record<string, unknown>>;
  /** Tokens of the answer. */
  tokens: number;
  /** Whether it ended by itself, and not at max_completion_length. */
  isComplete: boolean;
  /** With tools: all turns of the answer, including calls and results; `completion` is the text of the last one. */
  turns?: readonly Message[];
}

/** Higher is better; null where the function has no opinion on the answer. */
export type Reward = number | null;

/** `export const name: RewardFunction = ({ completion, row }) => …`, named in a recipe as ./rewards.ts#name */
export type RewardFunction = (sample: RewardSample) => Reward | Promise<Reward>;

/** The same for all answers of a step at once, in their order. */
export interface BatchReward {
  batch(samples: readonly RewardSample[]): readonly Reward[] | Promise<readonly Reward[]>;
}

/** A reward in use. */
export interface Scorer {
  readonly name: string;
  /** One for each sample, in order. @throws AttuneError E_REWARD_… */
  score(samples: readonly PlacedSample[], signal?: AbortSignal): Promise<Reward[]>;
  /** Opens or reaches what it needs, before training. @throws AttuneError E_JUDGE_DOWN, E_REWARD_MODEL */
  ready?(signal: AbortSignal): Promise<void>;
  /** @throws AttuneError where rows lack what it needs */
  check?(rows: readonly PromptExample[]): void;
  /** Further metrics of the answers scored last, logged below its own name. */
  metrics?(): Metrics;
  /** Frees what it holds. */
  dispose?(): void;
}

/** With where its row stands. */
export interface PlacedSample extends RewardSample {
  source: { file: string; line: number };
}
