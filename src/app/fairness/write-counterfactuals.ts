import { entryOf, table } from '../../base/table.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { plural } from '../../base/format.ts';
import { formats } from '../../data/formats/index.ts';
import { axes, type Axis } from '../../data/fairness/axes.ts';
import { changeTexts } from '../../data/fairness/change-texts.ts';
import { lexicon } from '../../data/fairness/gender-lexicon.ts';
import { PAIR, type PairColumn } from '../../data/fairness/pair.ts';
import { inspectData } from '../../data/index.ts';
import { kindOf } from '../../data/kinds/index.ts';
import { leavesOf } from '@attune/privacy/leaves';
import { rawRows, requireWhole } from '../../data/raw-rows.ts';
import { requireWritable } from '../../files/atomic.ts';
import { FileDraft } from '../../files/file-draft.ts';
import { sha256 } from '../../files/hash.ts';
import type { useCase, Counterfactuals, AxisCounts } from '../use-cases/data-counterfactuals.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import type { LeftOut } from '../../data/fairness/change-nationality.ts';

export type CounterfactualOptions = CallOptions<typeof useCase>;

/** Columns with answers, which are not inputs. */
const ANSWERS = new Set(['label', 'labels', 'score', 'tools', 'weight']);
const LISTED_LINES = 20;

/**
 * Writes pairs of rows that differ only in the gender or origin of the people mentioned: an evaluation set.
 * @throws AttuneError E_USAGE, E_FILE_MISSING, E_UNKNOWN_CONTAINER, E_UNKNOWN_FORMAT, E_WRONG_ROWS, E_BAD_ROWS,
 * E_NO_ROWS, E_NO_PAIRS, E_NOT_WRITABLE
 */
export async function writeCounterfactuals(from: string, options: CounterfactualOptions): Promise<Counterfactuals> {
  const { output: to, change: wanted = axes, origin, seed = 0, onEvent, signal } = options;
  checkOptions(options);
  const columns = await readableColumns(from);
  const counts = wanted.map((axis): AxisCounts => ({
    axis,
    pairs: 0,
    nobody: 0,
    doubts: table({}),
    groups: table({}),
  }));
  onEvent?.({ type: 'phase-started', phase: 'data', message: `pairing the rows of ${from}` });
  using draft = new FileDraft(to);
  const problems: Problem[] = [];
  let rows = 0;
  for await (const { line, value } of rawRows(from, (problem) => problems.push(problem))) {
    signal?.throwIfAborted();
    rows++;
    for (const count of counts) {
      const pair = pairOf(value, { line, columns, axis: count.axis, seed, to: origin });
      if ('original' in pair) {
        for (const row of [pair.original, pair.changed]) draft.write(`${JSON.stringify(row)}\n`);
      }
      tally(count, pair, line);
    }
  }
  requireWhole(from, { rows, problems });
  const pairs = counts.reduce((sum, one) => sum + one.pairs, 0);
  if (pairs === 0) throw noPairs(from, counts);
  return { from, to, rows, pairs, axes: counts, sha256: draft.commit() };
}

function checkOptions({ output, origin: origins = [] }: CounterfactualOptions): void {
  if (!/\.(jsonl|ndjson)$/.test(output)) {
    throw new AttuneError('E_USAGE', {
      what: `Rows are written as JSON Lines, not to ${output}`,
      fix: 'choose a name ending in .jsonl',
    });
  }
  const known = [...lexicon().pools.keys()];
  const unknown = origins.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new AttuneError('E_USAGE', {
      what: 'There are no names of this origin',
      got: unknown.join(', '),
      expected: `some of ${known.join(', ')}`,
    });
  }
  requireWritable(output);
}

/** The columns that may be changed: those that the rows' format reads, except answers that are classes. */
async function readableColumns(from: string): Promise<string[]> {
  const { format, columns, examples, problems } = await inspectData(from);
  if (problems.length > 0) {
    throw new AttuneError('E_BAD_ROWS', {
      what: `${plural(problems.length, 'rows')} of ${from} cannot be read`,
      problems,
    });
  }
  const kind = examples.at(0)?.kind;
  if (kind === undefined || kindOf({ kind }).canChangePeople !== true) {
    throw new AttuneError('E_WRONG_ROWS', {
      what: `Rows of kind "${kind}" cannot be paired`,
      got: `${from}, read as ${format}`,
      expected: 'conversations, prompts with completions, texts, or texts with labels',
    });
  }
  if (columns.includes(PAIR)) {
    throw new AttuneError('E_USAGE', { what: `${from} already contains pairs`, got: `a column "${PAIR}"` });
  }
  const { fields } = await formats.load(format);
  return fields.filter((column) => !ANSWERS.has(column));
}

type Row = Record<string, unknown>;
type Pair = { original: Row; changed: Row; groups: string } | LeftOut;

interface Pairing {
  line: number;
  columns: readonly string[];
  axis: Axis;
  seed: number;
  to?: readonly string[];
}

/** 48 bits of a hash fit a safe integer. */
const KEY_DIGITS = 12;

function pairOf(value: Row, { line, columns, axis, seed, to }: Pairing): Pair {
  const hash = sha256(JSON.stringify(value));
  const changed = structuredClone(value);
  const leaves = leavesOf(changed, columns);
  const texts = leaves.texts.map(({ text }) => text);
  const result = changeTexts(texts, { axis, seed, to, row: Number.parseInt(hash.slice(0, KEY_DIGITS), 16) });
  if (!('texts' in result)) return result;
  for (const [place, leaf] of leaves.texts.entries()) leaf.set(result.texts[place]);
  leaves.finish();
  const about = (side: PairColumn['side'], group: string): PairColumn => ({
    pair: `${line}-${axis}`,
    side,
    axis,
    group,
    changes: result.changes,
  });
  return {
    original: { ...value, [PAIR]: about('original', result.from) },
    changed: { ...changed, [PAIR]: about('changed', result.to) },
    groups: `${result.from} → ${result.to}`,
  };
}

function tally(count: AxisCounts, pair: Pair, line: number): void {
  if ('nobody' in pair) count.nobody++;
  else if ('doubt' in pair) {
    // own: the counts are tables
    const known = (count.doubts[pair.doubt] ??= { rows: 0, lines: [] });
    known.rows++;
    if (known.lines.length < LISTED_LINES) known.lines.push(line);
  } else {
    count.pairs++;
    // own: the counts are tables
    count.groups[pair.groups] = (entryOf(count.groups, pair.groups) ?? 0) + 1;
  }
}

function noPairs(from: string, counts: readonly AxisCounts[]): AttuneError {
  return new AttuneError('E_NO_PAIRS', {
    what: `No row of ${from} could be paired`,
    problems: counts.flatMap(({ axis, nobody, doubts }) => [
      { field: axis, message: `${nobody} rows mention no person of a known group` },
      ...Object.entries(doubts).map(([reason, { rows }]) => ({
        field: axis,
        message: `${plural(rows, 'rows')}: ${reason}`,
      })),
    ]),
    fix: 'give English rows that mention people by pronouns or given names',
  });
}
