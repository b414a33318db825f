import type { Problem } from '../../base/errors.ts';
import type { Example } from '../../data/example.ts';
import { Renderer, type RenderableRow } from '../../text/index.ts';
import { imageTexts } from '../../train/image-texts.ts';
import type { Objective, PreparedRow, Processor } from '../../train/interfaces.ts';
import { surveyExperts } from './expert-balance.ts';
import { nextTokenObjective } from './base-kl.ts';
import { loadSquares, withSquares } from './image-squares.ts';
import { collateRows, countTokens } from './next-token.ts';
import type { SftOptions } from './sft.options.ts';

/** Tokenises renderable examples through the one renderer. */
export async function renderExamples(
  renderer: Renderer,
  examples: readonly Example[],
): Promise<{ rows: (PreparedRow | undefined)[]; problems: Problem[] }> {
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

/** Supervised fine-tuning: answers to prompts and conversations, by cross-entropy over the answers' tokens. */
export function create(options: SftOptions, processor: Processor): Objective {
  const { tokenizer, media, now } = processor;
  const images = imageTexts(processor);
  const renderer = new Renderer(tokenizer, { trainOn: options.train_on, now, images });
  return {
    task: 'causal-lm',
    accepts: ['chat', 'completion'],
    separable: true,
    unit: 'tokens',
    prepare: (examples) => renderExamples(renderer, examples),
    ...(images !== undefined && { load: (rows) => loadSquares(rows, media!) }),
    collate: (rows) => withSquares(collateRows(rows, { causal: true }), images?.id),
    counts: countTokens,
    survey: surveyExperts,
    ...nextTokenObjective(options, options),
  };
}
