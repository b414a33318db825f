import { join } from 'node:path';
import type { EventSink } from '../../base/events.ts';
import { attuneCache } from '../../base/home.ts';
import { turn } from '../../base/turn.ts';
import { cacheKey, ContentCache, type CacheKey } from '../../files/cache.ts';
import { sha256, sha256File, sha256OfOwn } from '../../files/hash.ts';
import { weightFiles } from '../../models/checkpoint-files.ts';
import { engineIdentity, scope } from '../../engine/tensor/index.ts';
import { templateHash, tokenizerHash, type Tokenizer } from '../../models/text/index.ts';
import { byTokens } from '../../answering/tasks/rows/fill-batches.ts';
import type { JudgedRow, Objective } from '../../training/objective.ts';
import type { PreparedRow, Reference } from '../../answering/tasks/rows/prepared-rows.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { TrainerParts } from '../../training/trainer-parts.ts';
import type { ReferenceModel } from '../../answering/model/reference-model.ts';
import type { RunPlan } from './run-plan.ts';

interface ScoresContext {
  recipe: Recipe;
  /** Folder of the reference model. */
  folder: string;
  objective: Objective;
  judge: NonNullable<NonNullable<Objective['reference']>['judge']>;
  reference: Reference;
  tokenizer: Tokenizer;
  microBatchTokens: number;
  emit: EventSink;
  signal: AbortSignal;
}

/**
 * Rows with the reference model's scores, computed now or in an earlier run. They are stored on disk under a hash of
 * weights, rows and code, so that no step runs the reference model again.
 */
async function withReferenceScores(
  rows: readonly PreparedRow[],
  context: ScoresContext,
): Promise<(PreparedRow & JudgedRow)[]> {
  if (rows.length === 0) return [];
  const key = await keyOf(rows, context);
  const cache = new ContentCache(join(attuneCache(), 'reference'));
  const known = cache.read(key);
  const values = known === undefined ? await compute(rows, context) : numbersOf(known);
  if (known === undefined) cache.write(key, [new Uint8Array(values.buffer)]);
  const width = values.length / rows.length;
  return rows.map((row, i) => ({ ...row, reference: values.slice(i * width, (i + 1) * width) }));
}

/** The plan's rows, with precomputed reference scores if the objective allows them. */
export async function judgedRows(
  { tuned: { rows: read }, decided: { microBatchTokens } }: RunPlan,
  reference: ReferenceModel | undefined,
): Promise<Pick<TrainerParts, 'train' | 'validation'>> {
  const { objective, tokenizer } = read;
  const [train, validation] = [read.train.rows, read.validation.rows];
  const judge = objective.reference?.judge;
  if (judge === undefined || reference === undefined) return { train, validation };
  const { recipe, emit, signal } = read.context;
  const { run, folder } = reference;
  const scoring = { recipe, folder, objective, judge, reference: run, tokenizer, microBatchTokens, emit, signal };
  return {
    train: await withReferenceScores(train, scoring),
    validation: await withReferenceScores(validation, scoring),
  };
}

async function keyOf(rows: readonly PreparedRow[], context: ScoresContext): Promise<CacheKey> {
  const { recipe, folder, tokenizer, microBatchTokens } = context;
  const weights = await Promise.all([join(folder, 'config.json'), ...weightFiles(folder)].map(sha256File));
  const read = rows.map(({ id, ids, segments }) => `${id} ${ids.join()} ${segments?.join()}`);
  const { precision } = recipe.training;
  return cacheKey({
    rows: sha256(read.join('\n')),
    tokenizer: tokenizerHash(tokenizer),
    template: templateHash(tokenizer),
    code: sha256OfOwn(CODE_FOLDERS, import.meta.url),
    settings: { objective: recipe.objective, weights, precision, microBatchTokens, engine: engineIdentity() },
  });
}

const CODE_FOLDERS = ['../../models/', '../../engine/nn/', '../../answering/tasks/rows/', '../../training/objectives/'];

async function compute(rows: readonly PreparedRow[], context: ScoresContext): Promise<Float32Array> {
  const { objective, judge, reference, microBatchTokens, emit, signal } = context;
  emit({ type: 'phase-started', phase: 'data', message: 'scoring each row with the reference model' });
  const found: Float32Array[] = [];
  let done = 0;
  for (const indices of byTokens(rows, microBatchTokens)) {
    signal.throwIfAborted();
    const batch = objective.collate(indices.map((i) => rows[i]));
    scope(() => {
      const scores = reference((model) => judge(model, batch)).to('f32');
      const values = scores.data() as Float32Array;
      const width = values.length / indices.length;
      for (const [place, i] of indices.entries()) found[i] = values.slice(place * width, (place + 1) * width);
    });
    done += indices.length;
    emit({ type: 'work-advanced', phase: 'data', done, total: rows.length, unit: 'rows scored by the reference' });
    await turn();
  }
  return Float32Array.from(found.flatMap((values) => [...values]));
}

function numbersOf(bytes: Uint8Array): Float32Array {
  // A copy, since cached bytes may be unaligned.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}
