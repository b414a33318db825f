import type { Library } from '../prompting.ts';
import { requireShots } from './require-shots.ts';
import type { WayContext, WayOfAsking } from './way.ts';

/** Training rows and passages found by BM25 and, with an encoder, by meaning. */
export const way: WayOfAsking = {
  prepare(context) {
    if (context.passages.length === 0) requireShots(context.rows.train);
    return { prompting: { instruction: context.instruction, library: fusedLibrary(context) } };
  },
};

/** Everything that can be found for a question. */
export function fusedLibrary({ rows: { train }, settings, passages }: WayContext): Library {
  return {
    rows: settings.shots === 0 ? [] : train,
    shown: settings.shots,
    passages,
    passagesShown: settings.passages_shown,
    by: 'fusion',
    ...(settings.encoder !== null && { encoder: settings.encoder }),
  };
}
