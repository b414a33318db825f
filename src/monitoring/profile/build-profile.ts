/** Builds a profile of the rows on which a run was trained. */
import { resolve } from 'node:path';
import type { RunStarted } from '../../base/events.ts';
import { questionOf, textOf } from '../../data/compared-text.ts';
import { kindOf, type Example } from '../../data/kinds/index.ts';
import { loadData, type DataSpec } from '../../data/index.ts';
import { normalWords } from '../../data/shingles.ts';
import { languageTeller } from '../../data/text-language.ts';
import { readEvents } from '../../store/run-folder.ts';
import type { BaseRecipe } from '../../methods/recipe/base-recipe.ts';
import { countLetters, emptyCounts } from './letter-model.ts';
import { runHashes, systemPromptHash, type ProfileData } from './training-profile.ts';

const LEAST_SHARE = 0.02;
/** Number of rows whose language is detected, which suffices to find languages with a share of 2 %. */
const TOLD_ROWS = 500;
const LEAST_CHARACTERS = 20;
const MOST_RUNS = 1_000_000;
/** Word sequences found in more rows than this are boilerplate. */
const MOST_ROWS_OF_RUN = 2;

/** Undefined if the rows no longer exist or did not come from files. */
export async function buildProfile(run: string): Promise<ProfileData | undefined> {
  const train = sourcesOf(run);
  if (train === undefined) return undefined;
  const { splits } = await loadData({ train, seed: 0, allowOverlap: true });
  const examples = splits.train;
  const letters = emptyCounts();
  const systemPrompts = new Set<number>();
  const runs = new RunCounts();
  const asked: string[] = [];
  for (const example of examples) {
    const [question, answer] = [requestOf(example), answerText(example)];
    if (question !== undefined) {
      countLetters(letters, question);
      asked.push(question);
    }
    if (answer !== undefined) runs.add(runHashes(normalWords(answer)));
    systemPrompts.add(systemPromptHash(systemOf(example)));
  }
  const languages = await languagesOf(asked);
  return { rows: examples.length, languages, letters, systemPrompts: [...systemPrompts], ...runs.chosen };
}

/** The run's data files. Functions of the user are not called here. */
function sourcesOf(folder: string): DataSpec | undefined {
  let started: RunStarted | undefined;
  for (const event of readEvents(folder)) if (event.type === 'run-started') started = event;
  if (started === undefined) return undefined;
  const { base } = started;
  const { data } = started.recipe as Pick<BaseRecipe, 'data'>;
  const sources = data.train
    .map(({ path, format, columns }) => ({
      path: resolve(base, path),
      format: format ?? data.format,
      columns: columns ?? data.columns,
    }))
    .filter(({ format }) => !String(format ?? '').includes('#'));
  return sources.length === 0 ? undefined : (sources as DataSpec);
}

/** The part of a row that a request would contain; for single texts, the whole text. */
function requestOf(example: Example): string | undefined {
  if (kindOf(example).isReadWhole !== true) return questionOf(example);
  return 'media' in example && example.media !== undefined ? undefined : textOf(example);
}

function answerText(example: Example): string | undefined {
  if (example.kind === 'completion') return example.completion;
  if (example.kind !== 'chat') return undefined;
  const said = example.messages.filter(({ role }) => role === 'assistant');
  return said.map(({ content }) => (typeof content === 'string' ? content : '')).join('\n');
}

function systemOf(example: Example): string {
  const first = example.kind === 'chat' ? example.messages.at(0) : undefined;
  return first?.role === 'system' && typeof first.content === 'string' ? first.content : '';
}

async function languagesOf(texts: readonly string[]): Promise<string[]> {
  const long = texts.filter((text) => text.length >= LEAST_CHARACTERS);
  const step = Math.max(1, Math.floor(long.length / TOLD_ROWS));
  const told = long.filter((_, place) => place % step === 0).slice(0, TOLD_ROWS);
  const languageOf = await languageTeller([]);
  const counts = new Map<string, number>();
  for (const text of told) {
    const language = languageOf(text);
    if (language !== undefined) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  return [...counts].filter(([, count]) => count >= LEAST_SHARE * told.length).map(([language]) => language);
}

/**
 * Counts the rows that contain each word sequence; if there are too many sequences, keeps those with the smallest
 * hashes.
 */
class RunCounts {
  #counts = new Map<number, number>();
  #below = 2 ** 53;

  add(runs: readonly number[]): void {
    for (const run of new Set(runs)) if (run < this.#below) this.#counts.set(run, (this.#counts.get(run) ?? 0) + 1);
    if (this.#counts.size <= MOST_RUNS) return;
    this.#below /= 2;
    for (const run of this.#counts.keys()) if (run >= this.#below) this.#counts.delete(run);
  }

  get chosen(): Pick<ProfileData, 'runs' | 'runsBelow'> {
    const rare = [...this.#counts].flatMap(([run, rows]) => (rows <= MOST_ROWS_OF_RUN ? [run] : []));
    return { runs: Float64Array.from(rare).sort(), runsBelow: this.#below };
  }
}
