import type { Message } from '../models/text/message.ts';

/** A recipe's reward model. */
export interface RewardModelSpec {
  /** Folder or name. */
  model: string;
  /** Classifiers: the class whose probability is the reward. */
  label?: string;
  /** Input of the model: prompt and answer, or the answer alone. */
  reads: 'conversation' | 'answer';
  /** Process reward models: aggregation of the steps' scores, and the separator of steps. */
  steps?: 'min' | 'product' | 'last' | 'mean';
  step_separator?: string;
}

export interface AnswerToScore {
  prompt: string | readonly Message[];
  completion: string;
  source: { file: string; line: number };
}

/** A model that scores answers, loaded before training and freed afterwards. */
export interface RewardModel {
  /** @throws AttuneError E_REWARD_MODEL if the model has no score */
  open(): Promise<void>;
  /** Scores in the order of the answers. @throws AttuneError E_REWARD_MODEL_ROOM */
  score(answers: readonly AnswerToScore[]): Promise<number[]>;
  dispose(): void;
}

export type OpenRewardModel = (spec: RewardModelSpec) => RewardModel;
