/** Redacts rows: replaces personal data by tags or surrogates and counts it by kind. */
import { entryOf, table } from '@attune/base/table';
import { withPlainDigits } from './digits.ts';
import { Detector, type DetectorOptions, type Finding } from './detector.ts';
import type { Kind } from './kinds.ts';
import { leavesOf, type Leaf, type Leaves, type NumberLeaf } from './leaves.ts';
import { Surrogates } from './surrogates.ts';
import { Tags } from './tags.ts';

export interface RedactorOptions extends DetectorOptions {
  /** `tags`: "[NAME_1]"; `surrogates`: an invented name. */
  style: 'tags' | 'surrogates';
  /** Key for surrogates: the same key yields the same surrogates. */
  key: Uint8Array;
  /**
   * Dotted path of the column that identifies the subject of a row: all dates of one subject shift by the same
   * interval.
   */
  subject?: string;
  /** Columns to redact; all by default. */
  columns?: readonly string[];
  monthFirst?: boolean;
  /**
   * Folder for values and their tags if they may exceed memory. By default they stay in memory and `tags` returns them.
   */
  folder?: string;
}

/** Number of replacements over all rows. */
export interface RedactionCounts {
  rows: number;
  /** Number of rows with a replacement. */
  changed: number;
  kinds: Partial<Record<Kind, number>>;
  /** Numeric values that look like personal data and were left as they were, counted by column. */
  numbersLeft: Record<string, number>;
}

/** Keys that say nothing about their values, or mean something else than the same word in prose. */
const PLAIN_KEYS = new Set([
  ...'name title text content prompt completion question answer instruction input output system'.split(' '),
  ...'chosen rejected from to value label author id messages conversations description summary category'.split(' '),
]);
const MOST_LABELLED = 200;
const LEAST_NUMBER = 1e6;

/** A row in progress: its copy, and the texts in it, each with the key as its keyword. */
export interface OpenedRow {
  copy: Record<string, unknown>;
  leaves: Leaves;
  /** The values to search: first the texts, then the long numbers. */
  labelled: string[];
  /** Long numbers only: shorter ones are never personal data. */
  numbers: readonly NumberLeaf[];
  /** Length of all texts together. */
  characters: number;
  subject: string;
}

export class Redactor implements Disposable {
  readonly counts: RedactionCounts = { rows: 0, changed: 0, kinds: {}, numbersLeft: table({}) };
  readonly #tags: Tags;
  readonly #options: RedactorOptions;
  readonly #detector: Detector;
  readonly #surrogates: Surrogates;

  constructor(options: RedactorOptions) {
    this.#options = options;
    this.#tags = new Tags({ folder: options.folder });
    this.#detector = new Detector(options);
    this.#surrogates = new Surrogates({
      key: options.key,
      monthFirst: options.monthFirst ?? false,
      isValid: (recogniser, value) => this.#detector.isValid(recogniser, value),
    });
  }

  /** Tag → value; only where `style` is `tags`. */
  get tags(): ReadonlyMap<string, string> {
    return this.#tags.values;
  }

  /** A copy of the row with the same keys and lists; only its texts differ. */
  redact(row: Record<string, unknown>): Record<string, unknown> {
    const opened = this.open(row);
    return this.close(opened, this.find(opened.labelled));
  }

  /** Whether findings depend on user-defined functions. */
  get hasOwnRecognisers(): boolean {
    return (this.#options.more?.length ?? 0) > 0;
  }

  /** Options for an equal detector in another thread. */
  get threadData(): Pick<RedactorOptions, 'kinds' | 'allow' | 'languages'> {
    const { kinds, allow, languages } = this.#options;
    return { kinds, allow, languages };
  }

  /** Copies a row and separates its texts. */
  open(row: Record<string, unknown>): OpenedRow {
    const copy = structuredClone(row);
    const leaves = leavesOf(copy, this.#options.columns);
    const numbers = leaves.numbers.filter(({ value }) => Math.abs(value) >= LEAST_NUMBER);
    const texts = leaves.texts.map((leaf) => labelOf(leaf) + leaf.text);
    const labelled = [...texts, ...numbers.map(({ key, value }) => `${key.replaceAll('_', ' ')}: ${value}`)];
    const characters = labelled.reduce((sum, { length }) => sum + length, 0);
    return { copy, leaves, labelled, numbers, characters, subject: this.#subjectOf(row) };
  }

  /** Loads lists and models before the first row: that takes seconds, and signals can be handled in between. */
  async warmUp(labelled: readonly string[], signal?: AbortSignal): Promise<void> {
    await this.#detector.warmUp(labelled.join('\n'), signal);
  }

  /** Findings in the texts of one row. */
  find(labelled: readonly string[]): Finding[][] {
    return this.#detector.findAll(labelled);
  }

  /**
   * Returns the row with its findings replaced. Rows must be passed in their order: it decides which tag a value gets.
   */
  close(
    { copy, leaves, labelled, numbers, subject }: OpenedRow,
    found: readonly (readonly Finding[])[],
  ): Record<string, unknown> {
    const { texts, finish } = leaves;
    const hasTags = this.#options.style === 'tags';
    if (hasTags) for (const { text } of texts) this.#tags.keep(text);
    let isChanged = false;
    for (const [index, leaf] of texts.entries()) {
      const offset = labelled[index].length - leaf.text.length;
      const findings = found[index].filter(({ end }) => end > offset);
      const moved = findings.map((one) => ({ ...one, start: Math.max(0, one.start - offset), end: one.end - offset }));
      const text = this.#replaced(leaf.text, moved, subject);
      if (text === leaf.text) continue;
      isChanged = true;
      leaf.set(text);
    }
    finish();
    for (const [index, { key, value }] of numbers.entries()) {
      const place = texts.length + index;
      const offset = labelled[place].length - String(value).length;
      if (!found[place].some(({ end }) => end > offset)) continue;
      // own: the counts are a table
      this.counts.numbersLeft[key] = (entryOf(this.counts.numbersLeft, key) ?? 0) + 1;
    }
    this.counts.rows++;
    if (isChanged) this.counts.changed++;
    return copy;
  }

  [Symbol.dispose](): void {
    this.#tags[Symbol.dispose]();
  }

  #replaced(text: string, findings: readonly Finding[], subject: string): string {
    const hasTags = this.#options.style === 'tags';
    const kept = (piece: string): string => (hasTags ? this.#tags.renamed(piece) : piece);
    let result = '';
    let at = 0;
    for (const finding of findings) {
      const value = text.slice(finding.start, finding.end);
      this.counts.kinds[finding.kind] = (this.counts.kinds[finding.kind] ?? 0) + 1;
      const stand = hasTags
        ? this.#tags.of(value, finding.kind)
        : // Surrogates of numbers are made from the digits 0 to 9 only.
          this.#surrogates.of(withPlainDigits(value), finding, subject);
      result += kept(text.slice(at, finding.start)) + stand;
      at = finding.end;
    }
    return result + kept(text.slice(at));
  }

  #subjectOf(row: Record<string, unknown>): string {
    const { subject } = this.#options;
    if (subject === undefined) return '';
    const value = subject
      .split('.')
      .reduce<unknown>((holder, key) => (holder as Record<string, unknown> | undefined)?.[key], row);
    return value === undefined || value === null ? '' : JSON.stringify(value);
  }
}

/** `{"ssn": "…"}`: the key is the keyword of the value. */
function labelOf({ key, text }: Leaf): string {
  if (PLAIN_KEYS.has(key) || text.length > MOST_LABELLED || text.includes('\n')) return '';
  return `${key.replaceAll(/[_-]+/g, ' ').replaceAll(/(?<=\p{Ll})(?=\p{Lu})/gu, ' ')}: `;
}
