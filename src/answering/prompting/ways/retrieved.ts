import type { Library } from '../prompting.ts';
import { bestPrompting } from '../search/search-prompt.ts';
import { requireShots } from './require-shots.ts';
import type { WayContext, WayOfAsking } from './way.ts';

/**
 * Training rows and passages found by BM25 and, with an encoder, by meaning; passages alone where these do better on
 * validation rows, as when answers of the training rows have become outdated.
 */
export const way: WayOfAsking = {
  async prepare(context) {
    const { instruction, passages, rows } = context;
    if (passages.length === 0) requireShots(rows.train);
    const promptings = foundLibraries(context).map((library) => ({ instruction, library }));
    if (promptings.length === 1 || rows.validation.length === 0) return { prompting: promptings[0] };
    const { prompting, ...search } = await bestPrompting(promptings, context);
    return { prompting, search };
  },
};

/** What can be found for a question: rows and passages, and passages alone. */
export function foundLibraries(context: WayContext): Library[] {
  const library = fusedLibrary(context);
  if (library.rows.length === 0 || library.passages.length === 0) return [library];
  return [library, { ...library, rows: [], shown: 0 }];
}

function fusedLibrary({ rows: { train }, settings, passages }: WayContext): Library {
  return {
    rows: settings.shots === 0 ? [] : train,
    shown: settings.shots,
    passages,
    passagesShown: settings.passages_shown,
    by: 'fusion',
    ...(settings.encoder !== null && { encoder: settings.encoder }),
  };
}
