import type { ChatExample, CompletionExample, Example, TextExample } from '../../../data/example.ts';
import type { Renderer } from '../../../models/text/index.ts';
import type { Prepared } from './prepared-rows.ts';

/** An example that the renderer turns into one text. */
export type RenderedExample = ChatExample | CompletionExample | TextExample;

export function isRendered(example: Example): example is RenderedExample {
  return example.kind === 'chat' || example.kind === 'completion' || example.kind === 'text';
}

/** Tokenises examples with the shared renderer. */
export async function renderExamples(renderer: Renderer, examples: readonly RenderedExample[]): Promise<Prepared> {
  const rendered = await renderer.renderRows(examples);
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
