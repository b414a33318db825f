import { searchPrompt } from '../search/search-prompt.ts';
import type { WayOfAsking } from './way.ts';

/** The prompt that does best on validation rows: chosen examples first, then instructions rewritten from mistakes. */
export const way: WayOfAsking = {
  async prepare(context) {
    const { prompting, ...search } = await searchPrompt(context);
    return { prompting, search };
  },
};
