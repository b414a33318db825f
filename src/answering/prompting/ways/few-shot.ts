import { requireShots } from './require-shots.ts';
import type { WayOfAsking } from './way.ts';

/** The nearest training rows with their answers. */
export const way: WayOfAsking = {
  prepare({ instruction, rows: { train }, settings }) {
    requireShots(train);
    const library = { rows: train, shown: settings.shots, passages: [], passagesShown: 0, by: 'similarity' } as const;
    return { prompting: { instruction, library } };
  },
};
