/** What a thread that runs steps over shards and the one that started it say to each other. Plain data. */
import type { StepSpec } from '../../run-steps.ts';
import type { Part } from '../parts.ts';

/** Shards of items through steps into the shards of a draft. */
export interface ShardJob {
  paths: readonly string[];
  specs: readonly StepSpec[];
  draft: string;
  base: string;
  quotes?: boolean;
}

/** An error of the user's is told by its parts, any other by its text. */
export type ShardAnswer = { part: Part } | { failure: Record<string, unknown> } | { crash: string };
