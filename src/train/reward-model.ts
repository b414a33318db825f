import type { Message } from '../text/message.ts';

/** What a recipe says of a model that gives rewards. */
export interface RewardModelSpec {
  /** Folder or name. */
  model: string;
  /** Of a classifier: the class whose probability is the reward. */
  label?: string;
  /** What it is shown. */
  reads: 'conversation' | 'answer';
  /** Of a model that judges steps: what of their scores is the answer's, and what stands between steps. */
  steps?: 'min' | 'product' | 'last' | 'mean';
  step_separator?: string;
}

export interface AnswerToScore {
  prompt: string | readonly Message[];
  completion: string;
  source: { file: string; line: number };
}

/** A model that scores answers, opened before training and freed after it. */
export interface RewardModel {
  /** @throws AttuneError E_REWARD_MODEL for a model that gives no score */
  open(): Promise<void>;
  /** One for each answer, in order. @throws AttuneError E_REWARD_MODEL_ROOM */
  score(answers: readonly AnswerToScore[]): Promise<number[]>;
  dispose(): void;
}

export type OpenRewardModel = (spec: RewardModelSpec) => RewardModel;
