import { fraud } from './fraud.ts';
import { pairs } from './pairs.ts';
import { prices } from './prices.ts';
import type { FirstHourSet } from './set.ts';
import { shapes } from './shapes.ts';
import { tags } from './tags.ts';
import { replies, tickets } from './tickets.ts';
import { toolCalls } from './tool-calls.ts';

/** Data of small businesses, generated with a known truth. */
export const firstHourSets = {
  tickets,
  replies,
  shapes,
  'tool-calls': toolCalls,
  fraud,
  prices,
  tags,
  pairs,
} satisfies Record<string, FirstHourSet>;
