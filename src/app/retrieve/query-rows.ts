import { inChunks } from '../../base/chunks.ts';
import { AttuneError } from '../../base/errors.ts';
import { requireWritable } from '../../files/atomic.ts';
import { rememberedColumns } from '../embed/remembered-columns.ts';
import { openRows } from '../embed/row-source.ts';
import { HitsFile, hitsFormatOf } from './hits-file.ts';
import { openIndex } from './open-index.ts';
import type { useCase, QueryHits, Queried } from '../use-cases/retrieve-query.ts';
import { textColumnsOf, vectorSource } from '../use-cases/shared/vector-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';

/** Number of queries per request. */
const PIECE = 64;

/**
 * Searches an index for the queries of a file, in the file's order, in bounded memory.
 * @throws AttuneError E_INDEX_MISSING, E_INDEX_STALE, E_BAD_ROWS, E_BAD_COLUMNS, E_STOPPED
 */
export async function query(folder: string, options: CallOptions<typeof useCase>): Promise<Queried> {
  const { text: texts, image: images, imageColumn: image, output: to, topK, onEvent, signal } = options;
  checkQueries([options.input, texts, images]);
  const { input, rows = texts ?? images?.map((path) => ({ image: path })) } = vectorSource(options.input);
  const text = textColumnsOf(options.textColumn);
  if (to !== undefined) {
    hitsFormatOf(to);
    requireWritable(to);
  }
  const index = await openIndex(folder, options);
  const { about } = index;
  try {
    const remembered = rememberedColumns(index.target, 'query');
    const source = await openRows({ input, rows, text, image, purpose: 'query', remembered, signal });
    using file = to === undefined ? undefined : new HitsFile(to);
    const answers: QueryHits[] = [];
    let done = 0;
    for await (const piece of inChunks(source.rows(), PIECE)) {
      signal?.throwIfAborted();
      for (const [i, hits] of (await index.search(piece, { topK, signal })).entries()) {
        const found = { query: piece[i].values, hits: hits.map(({ rank, score, row }) => ({ rank, score, row })) };
        if (file === undefined) answers.push(found);
        else file.add(found);
      }
      done += piece.length;
      onEvent?.({ type: 'work-advanced', phase: 'generate', done, total: source.count, unit: 'queries' });
    }
    file?.commit();
    const queried = { queries: source.count, rows: about.count, kind: about.kind };
    return to === undefined ? { ...queried, answers } : { ...queried, file: to };
  } finally {
    await index.close().catch(() => undefined);
  }
}

function checkQueries(sources: readonly unknown[]): void {
  const count = sources.filter((source) => source !== undefined).length;
  if (count === 1) return;
  throw new AttuneError('E_USAGE', {
    what: count === 0 ? 'There is no query' : 'Queries must come from one source',
    fix: 'give a text: --text "…"; or a file: --input queries.csv',
  });
}
