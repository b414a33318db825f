/** Messages between the main thread and threads that run steps over shards. Plain data. */
import type { Part } from '../parts.ts';
import type { ShardWork } from '../run-over.ts';

/** Work on shards, for a thread. */
export interface ShardJob extends ShardWork {
  base: string;
  quotes?: boolean;
}

/** An AttuneError is sent as plain data, any other error as text. */
export type ShardAnswer = { part: Part } | { failure: Record<string, unknown> } | { crash: string };
