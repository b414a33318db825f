import { foundLibraries } from '../search/found-libraries.ts';
import { bestPrompting } from '../search/search-prompt.ts';
import { requireShots } from './require-shots.ts';
import type { WayOfAsking } from './way.ts';

/**
 * Training rows and passages found by BM25 and, with an encoder, by meaning. How many are shown is chosen on validation
 * rows: outdated rows mislead, and small models read one passage better than several.
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
