import type { Library } from '../prompting.ts';
import { bestPrompting } from '../search/search-prompt.ts';
import { requireShots } from './require-shots.ts';
import type { WayContext, WayOfAsking } from './way.ts';

/**
 * Training rows and passages found by BM25 and, with an encoder, by meaning. How much of them is shown is chosen on
 * validation rows: outdated rows mislead, and small models read one passage better than several.
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

/** What may be shown with a question: rows and passages, passages alone, and the best passage instead of several. */
export function foundLibraries(context: WayContext): Library[] {
  const library = fusedLibrary(context);
  if (library.passages.length === 0) return [library];
  const alone = { ...library, rows: [], shown: 0 };
  const libraries = library.rows.length === 0 ? [alone] : [library, alone];
  const single = libraries.map((one) => ({ ...one, passagesShown: 1 }));
  return Math.min(library.passagesShown, library.passages.length) === 1 ? libraries : [...libraries, ...single];
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
