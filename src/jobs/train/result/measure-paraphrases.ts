import type { Example } from '../../../data/index.ts';
import { sampledRows } from '../../../evaluation/compare/sampled-rows.ts';
import {
  paraphraseLoss,
  type ParaphrasedRow,
  type ReadTwice,
} from '../../../evaluation/overfitting/paraphrase-loss.ts';
import { rephrasedRow } from '../../../evaluation/overfitting/rephrase.ts';
import type { Paraphrases } from '../../../evaluation/assessments/overfitting.ts';
import { likelihoods } from '../../../answering/tasks/answers/likelihoods.ts';
import type { OpenModels } from '../../compare/open-models.ts';
import type { FinishedRun } from '../run-context.ts';

/** Maximum rows per set, read in both wordings by both models. */
const ROWS = 300;

interface Pair {
  original: Example;
  rephrased: Example;
}

interface Reading {
  models: OpenModels;
  result: string;
  base: boolean;
  signal: AbortSignal;
}

/**
 * Cost of paraphrases for the result and its base, on training and validation rows. Undefined if fewer than two
 * training rows can be rephrased: the rules only cover English requests.
 */
export async function measureParaphrases(
  { loaded, context }: FinishedRun,
  { result, models }: { result: string; models: OpenModels },
): Promise<Paraphrases | undefined> {
  const { seed } = context.recipe.training;
  const { train, validation } = loaded.splits;
  const sets = [train, validation].map((examples) => pairsOf(examples, seed));
  if (sets[0].length < 2) return undefined;
  const { signal } = context;
  const tuned = await readSets(sets, { models, result, base: false, signal });
  const base = await readSets(sets, { models, result, base: true, signal });
  const [training, unseen] = sets.map((pairs, set) => {
    const rows = pairs.flatMap(({ original: { group } }, row): ParaphrasedRow[] => {
      const [ofBase, ofTuned] = [base[set][row], tuned[set][row]];
      return ofBase === undefined || ofTuned === undefined ? [] : [{ base: ofBase, tuned: ofTuned, group }];
    });
    return paraphraseLoss(rows, { seed });
  });
  return training && { training, validation: unseen };
}

function pairsOf(examples: readonly Example[], seed: number): readonly Pair[] {
  const pairs = examples.flatMap((original): Pair[] => {
    const rephrased = rephrasedRow(original);
    return rephrased === undefined ? [] : [{ original, rephrased }];
  });
  return sampledRows(pairs, ROWS, seed);
}

/** Likelihoods of both wordings of each pair; undefined for a pair that exceeds the model's context. */
async function readSets(sets: readonly (readonly Pair[])[], reading: Reading): Promise<(ReadTwice | undefined)[][]> {
  const model = await reading.models.open(reading.result, reading.base);
  const found: (ReadTwice | undefined)[][] = [];
  for (const pairs of sets) {
    reading.signal.throwIfAborted();
    const originals = await likelihoods(
      model,
      pairs.map(({ original }) => original),
    );
    const others = await likelihoods(
      model,
      pairs.map(({ rephrased }) => rephrased),
    );
    found.push(
      pairs.map((_, row) => {
        const [original, rephrased] = [originals[row], others[row]];
        return typeof original === 'object' && typeof rephrased === 'object' ? { original, rephrased } : undefined;
      }),
    );
  }
  return found;
}
