import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { ClassificationExample } from '../../data/example.ts';
import { CUT_ANYWHERE, fitRows, type CutRow, type Example } from '../../data/index.ts';
import { cacheKey } from '../../files/cache.ts';
import { sha256, sha256OfOwn } from '../../files/hash.ts';
import { templateHash, tokenizerHash, type Tokenizer } from '../../text/index.ts';
import type { MediaReader, Objective, PreparedRow } from '../../train/interfaces.ts';
import type { Recipe } from '../../train/recipe.ts';
import { RowCache } from './row-cache.ts';

const CHUNK = 2000;

export interface PreparedSplit {
  rows: PreparedRow[];
  /** Which example each row came from. */
  rowOf: readonly number[];
  cuts: CutRow[];
}

export interface PrepareContext {
  objective: Objective;
  /** The classes that the objective was made for: rows hold their place among them. */
  labels: readonly string[];
  tokenizer: Tokenizer;
  /** What says how many tokens a file makes. */
  media?: MediaReader;
  recipe: Recipe;
  /** The longest row that the model can read; a larger max_length does not change that. */
  maxPositions: number;
  /** The run's clock. */
  now: Date;
  emit: EventSink;
}

/** Tokenises the rows of a split (or takes them from the cache) and applies the policy for long ones. */
export async function prepareSplit(examples: readonly Example[], context: PrepareContext): Promise<PreparedSplit> {
  refuseKinds(examples, context.objective);
  refuseSide(examples, context.recipe.data);
  const rows = await tokenise(examples, context);
  const { max_length: wanted, long_rows: policy, truncation_side: side } = context.recipe.data;
  const { maxPositions: modelLimit } = context;
  const maxLength = Math.min(wanted, modelLimit);
  const { bosId } = context.tokenizer;
  const keepStart = bosId !== undefined && rows.length > 0 && rows[0].ids[0] === bosId ? 1 : 0;
  const frame = frameTokens(context.tokenizer);
  const divided = rows.map((row) => context.objective.windows?.(row, maxLength) ?? [row]);
  const exampleOf = divided.flatMap((windows, example) => windows.map(() => example));
  const origins = exampleOf.map((example) => examples[example]);
  const fitted = fitRows(divided.flat(), origins, { maxLength, modelLimit, policy, side, keepStart, ...frame });
  const cuts = fitted.cuts.map((cut) => ({ ...cut, row: exampleOf[cut.row] }));
  return { rows: fitted.rows, rowOf: fitted.rowOf.map((row) => exampleOf[row]), cuts };
}

/** The tokens that may begin and end a text's frame: BOS and [CLS]; [SEP], and </s> of T5 and of texts for images. */
export function frameTokens(tokenizer: Tokenizer): { starts: number[]; ends: number[] } {
  const { bos, cls, sep, eos } = tokenizer.special;
  const idsOf = (tokens: readonly (typeof bos)[]) => tokens.flatMap((token) => (token === undefined ? [] : [token.id]));
  return { starts: idsOf([bos, cls]), ends: idsOf([sep, eos]) };
}

/** A side that changes nothing would be ignored in silence. @throws AttuneError E_OPTION_IDLE */
function refuseSide(examples: readonly Example[], { truncation_side: side, long_rows: policy }: Recipe['data']): void {
  if ((side !== 'left' && side !== 'middle') || examples.length === 0) return;
  const got = `data.truncation_side: ${side}`;
  if (policy !== 'truncate') {
    const fix = `set data.long_rows: truncate, or remove data.truncation_side`;
    throw new AttuneError('E_OPTION_IDLE', { what: `No text is cut under long_rows: ${policy}`, got, fix });
  }
  const fixed = examples.find((one) => !CUT_ANYWHERE.has(one.kind) || hasMore(one));
  if (fixed === undefined) return;
  const { kind, source } = fixed;
  throw new AttuneError('E_OPTION_IDLE', {
    what: 'These rows are cut at one side only',
    got: `${got}, and ${CUT_ANYWHERE.has(kind) ? 'a file, or two texts in one' : `a row of ${kind}`} (${source.file}:${source.line})`,
    expected: 'single texts that are classified or embedded',
    fix: 'remove data.truncation_side',
  });
}

/** Whether a row is no single text. */
function hasMore(example: Example): boolean {
  const { textPair, media } = example as Partial<ClassificationExample>;
  return textPair !== undefined || media !== undefined;
}

/** Examples of a kind that the objective cannot use are a mistake in the recipe, not in the rows. */
function refuseKinds(examples: readonly Example[], objective: Objective): void {
  const wrong = examples.find(({ kind }) => !objective.accepts.includes(kind));
  if (wrong === undefined) return;
  throw new AttuneError('E_WRONG_ROWS', {
    what: 'The objective cannot use rows of this kind',
    got: `${wrong.kind} rows (${wrong.source.file}:${wrong.source.line})`,
    expected: objective.accepts.join(', '),
    fix: 'choose another objective, or name the format and columns under data',
  });
}

async function tokenise(examples: readonly Example[], context: PrepareContext): Promise<PreparedRow[]> {
  const key = keyOf(examples, context);
  const cache = new RowCache();
  const known = cache.read(key, examples);
  if (known !== undefined) return known;
  const rows: PreparedRow[] = [];
  const problems: Problem[] = [];
  for (let start = 0; start < examples.length; start += CHUNK) {
    const result = await context.objective.prepare(examples.slice(start, start + CHUNK));
    problems.push(...result.problems);
    for (const row of result.rows) if (row !== undefined) rows.push(row);
    const done = Math.min(start + CHUNK, examples.length);
    context.emit({ type: 'work-advanced', phase: 'data', done, total: examples.length, unit: 'rows tokenised' });
  }
  if (problems.length > 0) throw untrainable(problems, examples.length);
  cache.write(key, rows);
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

const CODE_FOLDERS = ['../../text/', '../../methods/objectives/', '../../audio/', '../../image/'];

/** Whether a template writes the date, so that rows differ from day to day. */
function showsDate(tokenizer: Tokenizer): boolean {
  return [...tokenizer.templates.sources.values()].some((source) => source.includes('strftime_now'));
}

function untrainable(problems: readonly Problem[], total: number): AttuneError {
  return new AttuneError('E_BAD_ROWS', {
    what: `${problems.length} of ${total} rows cannot be trained on`,
    problems,
    fix: 'mend or remove the rows named above; nothing was trained',
  });
}
