/** What a thread that runs steps over shards and the one that started it say to each other. Plain data. */
import type { Part } from '../parts.ts';
import type { ShardWork } from '../run-over.ts';

/** Work on shards, for a thread. */
export interface ShardJob extends ShardWork {
  base: string;
  quotes?: boolean;
}

/** An error of the user's is told by its parts, any other by its text. */
export type ShardAnswer = { part: Part } | { failure: Record<string, unknown> } | { crash: string };
