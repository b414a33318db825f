import { existsSync } from 'node:fs';
import { extname } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { writingFor, type Writing } from './output-file.ts';
import type { OutputRow } from './output-row.ts';

/** Collects answered rows in memory, or in a file that appears when it is complete. */
export class OutputSink implements Disposable {
  /** Absent if a file is written. */
  readonly answers?: OutputRow[];
  readonly #draft?: FileDraft;
  readonly #writing?: Writing;
  readonly #columns: readonly string[];
  readonly #known: ReadonlySet<string>;
  #rows = 0;

  constructor(columns: readonly string[], to?: string) {
    this.#columns = columns;
    this.#known = new Set(columns);
    if (to === undefined) this.answers = [];
    else {
      this.#writing = writingFor(to);
      this.#draft = new FileDraft(to);
      this.#draft.write(this.#writing.head(columns));
    }
  }

  write(row: OutputRow): void {
    this.#rows++;
    if (this.#writing === undefined) return void this.answers!.push(row);
    if (this.#writing.isTable)
      refuseFurther(row, this.#known, `Row ${this.#rows} has columns that the first rows do not have`);
    this.#draft!.write(this.#writing.row(row, this.#columns));
  }

  commit(): void {
    this.#draft?.commit();
  }

  /** Saves the rows written so far under another name, which it returns; undefined if there are none. */
  keepPart(): string | undefined {
    if (this.#draft === undefined || this.#rows === 0) return undefined;
    const path = partName(this.#draft.path);
    this.#draft.commit(path);
    return path;
  }

  [Symbol.dispose](): void {
    this.#draft?.[Symbol.dispose]();
  }
}

/** Rejects a later row that has a column which the table's header lacks. @throws AttuneError E_OUTPUT_COLUMNS */
export function refuseFurther(row: Readonly<Record<string, unknown>>, known: ReadonlySet<string>, what: string): void {
  const further = Object.keys(row).filter((column) => !known.has(column));
  if (further.length === 0) return;
  throw new AttuneError('E_OUTPUT_COLUMNS', {
    what,
    got: further.join(', '),
    fix: 'write a .jsonl file, or give all rows the same columns',
  });
}

function partName(path: string): string {
  const ending = extname(path);
  const stem = path.slice(0, path.length - ending.length);
  for (let count = 1; ; count++) {
    const name = `${stem}.partial${count === 1 ? '' : `-${count}`}${ending}`;
    if (!existsSync(name)) return name;
  }
}
