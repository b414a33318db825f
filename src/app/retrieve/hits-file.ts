import { extname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { csvLine } from '../../files/csv-line.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { refuseFurther } from '../predict/output-sink.ts';
import type { QueryHits } from '../use-cases/retrieve-query.ts';

const formats = ['.csv', '.jsonl'] as const;

/** @throws AttuneError E_USAGE for any other ending */
export function hitsFormatOf(path: string): (typeof formats)[number] {
  const format = formats.find((one) => one === extname(path).toLowerCase());
  if (format !== undefined) return format;
  throw new AttuneError('E_USAGE', {
    what: `Hits cannot be written to ${path}`,
    expected: `a name ending in ${formats.join(' or ')}`,
  });
}

const NUMBERS = ['rank', 'score'];

/**
 * A file of hits, written query by query, which appears complete at `commit` or not at all. CSV has one line per hit,
 * JSON Lines one per query.
 */
export class HitsFile implements Disposable {
  readonly #draft: FileDraft;
  readonly #isCsv: boolean;
  /** Columns of queries and of rows, fixed by the first query; they may have equal names. */
  #columns: { query: ReadonlySet<string>; row: ReadonlySet<string> } | undefined;
  #queries = 0;

  constructor(path: string) {
    this.#draft = new FileDraft(path);
    this.#isCsv = hitsFormatOf(path) === '.csv';
  }

  add({ query, hits }: QueryHits): void {
    if (!this.#isCsv) return this.#draft.write(`${JSON.stringify({ query, hits })}\n`);
    this.#columns ??= this.#begin(query, hits);
    const { query: asked, row: found } = this.#columns;
    this.#queries++;
    refuseFurther(query, asked, `Query ${this.#queries} has columns that the first query does not have`);
    for (const { rank, score, row } of hits) {
      refuseFurther(
        row,
        found,
        `A hit of query ${this.#queries} has columns that those of the first query do not have`,
      );
      const [own, theirs] = [[...asked].map((name) => query[name]), [...found].map((name) => row[name])];
      this.#draft.write(csvLine([...own, rank, score, ...theirs]));
    }
  }

  commit(): void {
    this.#draft.commit();
  }

  [Symbol.dispose](): void {
    this.#draft[Symbol.dispose]();
  }

  #begin(query: Record<string, unknown>, hits: QueryHits['hits']): { query: Set<string>; row: Set<string> } {
    const columns = { query: new Set(Object.keys(query)), row: new Set(hits.flatMap(({ row }) => Object.keys(row))) };
    const asked = [...columns.query].map((name) => `query_${name}`);
    const taken = new Set([...asked, ...NUMBERS]);
    const found = [...columns.row].map((name) => (taken.has(name) ? `row_${name}` : name));
    this.#draft.write(csvLine([...asked, ...NUMBERS, ...found]));
    return columns;
  }
}
