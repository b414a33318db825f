/** Journal of a search, one line per event. The next step depends on the journal alone. */
import { join } from 'node:path';
import { JsonLinesWriter, readJsonLines } from '../../store/json-lines.ts';
import type { SettledTraining } from '../../methods/recipe/base-recipe.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { Trial } from './next-trial.ts';
import type { Wish, Values } from './space.ts';

export interface Begun {
  type: 'begun';
  recipe: Recipe;
  wishes: readonly Wish[];
  seed: number;
  mostTrials: number;
}

/** A trial has reached a rung, or failed on its way there. */
export interface RungReached {
  type: 'rung';
  trial: number;
  stage: number;
  values: Values;
  /** Share of the run. */
  until: number;
  /** Lowest validation loss so far; null if it failed. */
  loss: number | null;
  /** Cost since the last rung. */
  seconds: number;
  tokens: number;
  /** The validation rows' losses at this rung. */
  rowLosses: readonly number[];
  /** Settings of the run that the recipe left open; null if it failed. */
  settled: SettledTraining | null;
  /** Code and message of the failure. */
  failure?: string;
}

export interface Ended {
  type: 'ended';
  winner: number;
  reason: string;
}

type Entry = Begun | RungReached | Ended;

export class SearchJournal {
  readonly #writer: JsonLinesWriter;
  begun: Begun | undefined;
  rungs: RungReached[] = [];
  ended: Ended | undefined;

  constructor(folder: string) {
    const path = join(folder, 'search.jsonl');
    for (const entry of readJsonLines<Entry>(path)) this.#take(entry);
    this.#writer = new JsonLinesWriter(path);
  }

  add(entry: Entry): void {
    this.#writer.append(entry);
    this.#take(entry);
  }

  close(): void {
    this.#writer.close();
  }

  /** The trials by number, with costs in the unit of the budget. */
  trials(unit: 'seconds' | 'tokens'): Trial[] {
    return [...Map.groupBy(this.rungs, ({ trial }) => trial).values()].map((rungs) => ({
      stage: rungs[0].stage,
      values: rungs[0].values,
      losses: rungs.map(({ loss }) => loss ?? Infinity),
      costs: rungs.map((rung) => rung[unit]),
    }));
  }

  #take(entry: Entry): void {
    if (entry.type === 'begun') this.begun = entry;
    if (entry.type === 'rung') this.rungs.push(entry);
    if (entry.type === 'ended') this.ended = entry;
  }
}
