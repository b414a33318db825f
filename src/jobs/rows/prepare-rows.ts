import { templateCode } from '@attune/jinja';
import { pushAll } from '../../base/many.ts';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { ClassificationExample } from '../../data/example.ts';
import { CUT_ANYWHERE, fitRows, READ_IN_WINDOWS, type CutRow, type Example } from '../../data/index.ts';
import { cacheKey } from '../../files/cache.ts';
import { sha256, sha256OfOwn } from '../../files/hash.ts';
import { frameTokens } from '../../answering/tasks/rows/frame-tokens.ts';
import { templateHash, tokenizerHash, type Tokenizer } from '../../models/text/index.ts';
import type { MediaReader, PreparedRow } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Objective } from '../../training/objective.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { RowCache } from './row-cache.ts';

const CHUNK = 2000;

export interface PreparedSplit {
  rows: PreparedRow[];
  /** Index of the example that each row came from. */
  rowOf: readonly number[];
  cuts: CutRow[];
}

export interface PrepareContext {
  objective: Objective;
  /** Classes of the objective; rows store indices into them. */
  labels: readonly string[];
  tokenizer: Tokenizer;
  /** Determines the number of tokens of a file. */
  media?: MediaReader;
  recipe: Recipe;
  /** Maximum row length of the model; a larger max_length has no effect. */
  maxPositions: number;
  /** The run's clock. */
  now: Date;
  emit: EventSink;
  /** Whether tokenised rows are cached on disk. */
  isCached?: boolean;
}

/** Rejects training rows that are unsuitable as a whole. */
export function checkTrainingRows(examples: readonly Example[], objective: Objective): void {
  refuseKinds(examples, objective);
  objective.check?.(examples);
}

/** Tokenises the rows of a split, or loads them from the cache, and applies the policy for long rows. */
export async function prepareSplit(examples: readonly Example[], context: PrepareContext): Promise<PreparedSplit> {
  refuseKinds(examples, context.objective);
  refuseIdle(examples, context.recipe.data);
  const rows = await tokenise(examples, context);
  const { max_length: wanted, long_rows: policy, truncation_side: side, max_windows: maxWindows } = context.recipe.data;
  const { maxPositions: modelLimit } = context;
  const maxLength = Math.min(wanted, modelLimit) - (context.objective.production?.room ?? 0);
  const { bosId } = context.tokenizer;
  const keepStart = bosId !== undefined && rows.length > 0 && rows[0].ids[0] === bosId ? 1 : 0;
  const isLead = (token: number) => context.tokenizer.isSpecial(token);
  const frame = frameTokens(context.tokenizer);
  const divided = rows.map((row) => context.objective.windows?.(row, maxLength) ?? [row]);
  const exampleOf = divided.flatMap((windows, example) => windows.map(() => example));
  const origins = exampleOf.map((example) => examples[example]);
  const maxAnswer = context.objective.longestAnswer;
  const cutting = { maxLength, maxAnswer, modelLimit, policy, side, maxWindows, keepStart, isLead, ...frame };
  const fitted = fitRows(divided.flat(), origins, cutting);
  const cuts = fitted.cuts.map((cut) => ({ ...cut, row: exampleOf[cut.row] }));
  return { rows: fitted.rows, rowOf: fitted.rowOf.map((row) => exampleOf[row]), cuts };
}

/** Rejects options without effect rather than ignoring them. @throws AttuneError E_OPTION_IDLE */
function refuseIdle(examples: readonly Example[], data: Recipe['data']): void {
  const { truncation_side: side, long_rows: policy, max_windows: windows } = data;
  if (examples.length === 0) return;
  if (typeof windows === 'number') {
    const got = `data.max_windows: ${windows}`;
    if (policy !== 'split') throw idle(`long_rows: ${policy} does not split texts into windows`, got, 'split');
    refuseFixed(examples, { kinds: READ_IN_WINDOWS, got, verb: 'split into windows', key: 'max_windows' });
  }
  if (side !== 'left' && side !== 'middle') return;
  const got = `data.truncation_side: ${side}`;
  if (policy !== 'truncate') throw idle(`long_rows: ${policy} does not truncate texts`, got, 'truncate');
  refuseFixed(examples, { kinds: CUT_ANYWHERE, got, verb: 'truncated on a chosen side', key: 'truncation_side' });
}

function idle(what: string, got: string, policy: string): AttuneError {
  const [key] = got.split(':');
  return new AttuneError('E_OPTION_IDLE', { what, got, fix: `set data.long_rows: ${policy}, or remove ${key}` });
}

/** @throws AttuneError E_OPTION_IDLE if a row is of another kind, or is not a single text */
function refuseFixed(
  examples: readonly Example[],
  { kinds, got, verb, key }: { kinds: ReadonlySet<Example['kind']>; got: string; verb: string; key: string },
): void {
  const fixed = examples.find((one) => !kinds.has(one.kind) || hasMore(one));
  if (fixed === undefined) return;
  const { kind, source } = fixed;
  const of = kinds.has(kind) ? 'a row with a file or two texts' : `a row of ${kind}`;
  throw new AttuneError('E_OPTION_IDLE', {
    what: `These rows are never ${verb}`,
    got: `${got}, but ${of} (${source.file}:${source.line})`,
    expected:
      kinds === READ_IN_WINDOWS ? 'single texts that are classified' : 'single texts that are classified or embedded',
    fix: `remove data.${key}`,
  });
}

/** Whether a row has more than a single text. */
function hasMore(example: Example): boolean {
  const { textPair, media } = example as Partial<ClassificationExample>;
  return textPair !== undefined || media !== undefined;
}

/** Examples of a kind that the objective cannot use are an error in the recipe rather than in the rows. */
function refuseKinds(examples: readonly Example[], objective: Objective): void {
  const wrong = examples.find(({ kind }) => !objective.accepts.includes(kind));
  if (wrong === undefined) return;
  throw new AttuneError('E_WRONG_ROWS', {
    what: 'The objective cannot be used with rows of this kind',
    got: `${wrong.kind} rows (${wrong.source.file}:${wrong.source.line})`,
    expected: `rows of ${objective.accepts.join(' or ')}`,
    fix:
      `attune init ${wrong.source.file} suggests an objective for these rows; data.format and data.columns ` +
      'change how they are read',
  });
}

async function tokenise(examples: readonly Example[], context: PrepareContext): Promise<PreparedRow[]> {
  const key = keyOf(examples, context);
  const cache = new RowCache();
  const { isCached = true } = context;
  const known = isCached ? cache.read(key, examples) : undefined;
  if (known !== undefined) return known;
  const rows: PreparedRow[] = [];
  const problems: Problem[] = [];
  for (let start = 0; start < examples.length; start += CHUNK) {
    const result = await context.objective.prepare(examples.slice(start, start + CHUNK));
    pushAll(problems, result.problems);
    for (const row of result.rows) if (row !== undefined) rows.push(row);
    const done = Math.min(start + CHUNK, examples.length);
    context.emit({ type: 'work-advanced', phase: 'data', done, total: examples.length, unit: 'rows tokenised' });
  }
  if (problems.length > 0) throw untrainable(problems, examples.length);
  if (isCached) cache.write(key, rows);
  return rows;
}

function keyOf(examples: readonly Example[], context: PrepareContext): ReturnType<typeof cacheKey> {
  const { tokenizer, media, labels, recipe, now } = context;
  const { objective, references } = recipe;
  return cacheKey({
    rows: sha256(examples.map(({ id }) => id).join('\n')),
    tokenizer: tokenizerHash(tokenizer),
    template: templateHash(tokenizer),
    code: sha256OfOwn(CODE_FOLDERS, import.meta.url),
    settings: {
      objective,
      labels,
      media: media?.identity ?? null,
      references,
      now: showsDate(tokenizer) ? now.toISOString() : null,
    },
  });
}

const CODE_FOLDERS = [
  templateCode,
  '../../models/text/',
  '../../answering/tasks/rows/',
  '../../training/objectives/',
  '../../engine/audio/',
  '../../engine/image/',
];

/** Whether a template prints the date, so that rows change from day to day. */
function showsDate(tokenizer: Tokenizer): boolean {
  return [...tokenizer.templates.sources.values()].some((source) => source.includes('strftime_now'));
}

function untrainable(problems: readonly Problem[], total: number): AttuneError {
  return new AttuneError('E_BAD_ROWS', {
    what: `${problems.length} of ${total} rows cannot be used for training`,
    problems,
    fix: 'correct or remove the rows named above; nothing was trained',
  });
}
