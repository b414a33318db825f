import { AttuneError } from '../../base/errors.ts';
import { requireWritable } from '../../files/atomic.ts';
import { rememberedColumns } from './remembered-columns.ts';
import { embedAll, openVectors } from './embedder.ts';
import { openRows, type ReadyRow } from './row-source.ts';
import { shortest, VECTOR_COLUMN, VectorFile, vectorFormatOf } from './vector-file.ts';
import { namesOf } from './row-columns.ts';
import { prefixOf } from './vector-request.ts';
import type { useCase, Embedded } from '../use-cases/embed.ts';
import { textColumnsOf, vectorSource } from '../use-cases/shared/vector-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

type EmbedOptions = CallOptions<typeof useCase>;

/**
 * Embeds all rows of a file, or rows in memory. Rows are read in chunks; the output file appears complete or not at
 * all.
 * @throws AttuneError E_BAD_ROWS, E_BAD_COLUMNS, E_TASK_UNSUPPORTED, E_POOLING, E_STOPPED
 */
export async function embed(target: string, options: EmbedOptions): Promise<Embedded> {
  const { text: texts, imageColumn: image, prompt, output: to, base, pooling, onEvent, signal } = options;
  if ((options.input === undefined) === (texts === undefined)) throw oneSource(texts !== undefined);
  const { input, rows = texts } = vectorSource(options.input);
  const text = textColumnsOf(options.textColumn);
  if (to !== undefined) {
    vectorFormatOf(to);
    requireWritable(to);
  }
  if (input !== undefined) onEvent?.({ type: 'phase-started', phase: 'data', message: `reading ${input}` });
  const remembered = rememberedColumns(target, 'vectors');
  const source = await openRows({ input, rows, text, image, purpose: 'vectors', remembered, signal });
  if (to !== undefined && vectorFormatOf(to) === '.jsonl' && source.names.includes(VECTOR_COLUMN))
    throw takenColumn(input ?? 'rows');
  const session = await openVectors({ target, base, pooling, onEvent, signal });
  try {
    const { width, isNormalised } = session.model;
    const prefix = prefixOf(session.model, prompt);
    using file = to === undefined ? undefined : new VectorFile(to, { count: source.count, width });
    const vectors: number[][] = [];
    const keep = (row: ReadyRow, vector: Float32Array) =>
      file === undefined ? void vectors.push(Array.from(vector, shortest)) : file.add(row.values, vector);
    const { cut } = await embedAll(source, session, { keep, prefix, onEvent, signal });
    file?.commit();
    const columns = namesOf(source.columns);
    const about = { rows: source.count, width, isNormalised, cut, columns, ...(prefix && { prompt: prefix }) };
    return file === undefined ? { ...about, vectors } : { ...about, files: file.paths };
  } finally {
    await session.close().catch(() => undefined);
  }
}

function oneSource(hasBoth: boolean): AttuneError {
  if (hasBoth) return new AttuneError('E_USAGE', { what: 'Rows come either from --input or from --text' });
  const fix = 'give a file: --input rows.csv; or a text: --text "…"';
  return new AttuneError('E_USAGE', { what: 'There are no rows to embed', fix });
}

function takenColumn(file: string): AttuneError {
  return new AttuneError('E_BAD_COLUMNS', {
    what: `${file} already has a column "${VECTOR_COLUMN}", which the vector would replace`,
    fix: 'rename the column, or write .npy or .safetensors',
  });
}
