import type { RewardFunction } from '../src/app/index.ts';

/** Rewards short answers: 1 for an empty one, 0 from 80 characters on. */
export const short: RewardFunction = ({ completion }) => Math.max(0, 1 - completion.length / 80);
