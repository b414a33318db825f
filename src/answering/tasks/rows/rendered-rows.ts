import type { Example } from '../../../data/example.ts';
import type { RenderableRow, Renderer } from '../../../models/text/index.ts';
import type { Prepared } from './rows.ts';

/** Tokenises renderable examples through the one renderer. */
export async function renderExamples(renderer: Renderer, examples: readonly Example[]): Promise<Prepared> {
  const rendered = await renderer.renderRows(examples as readonly RenderableRow[]);
  const rows = rendered.rows.map((row, i) =>
    row === undefined
      ? undefined
      : {
          id: examples[i].id,
          ids: row.ids,
          trained: row.trained,
          source: examples[i].source,
          ...(row.images && { images: row.images }),
        },
  );
  return { rows, problems: rendered.problems };
}
