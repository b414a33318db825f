import type { RewardFunction } from '../src/app/index.ts';

/** Short answers are better: 1 for none, 0 from 80 characters on. */
export const short: RewardFunction = ({ completion }) => Math.max(0, 1 - completion.length / 80);
