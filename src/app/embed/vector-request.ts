import { AttuneError } from '../../base/errors.ts';
import type { VectorRows } from '../../answering/embed/embed.ts';
import type { EmbeddingModelDescription } from '../../answering/embed/embedding-model.ts';
import type { ReadyRow } from './row-source.ts';

/** Converts rows to a request for the worker: all rows of a file are texts, or all are images. */
export function rowsRequest(rows: readonly ReadyRow[], prefix?: string): VectorRows {
  const images = rows.flatMap((row) => ('image' in row ? [row.image] : []));
  if (images.length > 0) return { images };
  return { texts: rows.flatMap((row) => ('text' in row ? [row.text] : [])), prefix };
}

/** Prefix of every text: the named prompt, or the model's default. @throws AttuneError E_PROMPT_UNKNOWN */
export function prefixOf(
  { prompts, defaultPrompt, target }: Pick<EmbeddingModelDescription, 'prompts' | 'defaultPrompt' | 'target'>,
  name: string | undefined = defaultPrompt,
): string | undefined {
  if (name === undefined) return undefined;
  if (Object.hasOwn(prompts, name)) return prompts[name];
  const known = Object.keys(prompts);
  throw new AttuneError('E_PROMPT_UNKNOWN', {
    what: `${target} has no prompt "${name}"`,
    expected: known.length === 0 ? 'no prompt: config_sentence_transformers.json defines none' : known.join(', '),
    fix: known.length === 0 ? 'remove --prompt' : 'choose one of these',
  });
}
