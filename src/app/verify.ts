import { entryOf } from '../base/table.ts';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '../files/temporary.ts';
import { AttuneError } from '../base/errors.ts';
import { DESCRIPTION } from '../answering/baselines/cheap-names.ts';
import { isWeightlessFolder } from '../answering/model/weightless.ts';
import { sha256File } from '../files/hash.ts';
import { listCheckpoints } from '../store/checkpoints.ts';
import { runJob } from '../jobs/worker/index.ts';
import { resultFolder } from '../answering/model/result-folder.ts';
import { readNotes } from '../answering/model/result-notes.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';
import type { useCase, Verification } from './use-cases/runs-verify.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type VerifyOptions = CallOptions<typeof useCase>;

/** Verifies a finished run: its result scores as recorded or, when trained again, is identical byte by byte. */
export async function verifyRun(run: string, options: VerifyOptions = {}): Promise<Verification> {
  const { folder } = await showRun(run);
  const recipe = await storedRecipe(folder);
  // Cheap systems are always fitted again and compared byte by byte.
  const retrains = options.retrain === true || isWeightlessFolder(resultFolder(folder));
  const verification = await (retrains ? retrain(folder, recipe, options) : rescore(folder, recipe, options));
  if (verification.ok) return verification;
  throw new AttuneError('E_NOT_REPRODUCED', {
    what: `The run in ${folder} is not reproducible: its results differ from the record`,
    problems: verification.compared
      .filter(({ equal }) => !equal)
      .map(({ name, recorded, found }) => ({ field: name, message: `recorded ${recorded}, found ${found}` })),
    fix: 'data, base model, engine or number of threads have changed; recipe.json and events.jsonl record what they were',
    exitCode: 3,
  });
}

/** Tolerance, since sums over other batches round differently in the last digits. */
const TOLERANCE = 1e-4;

async function rescore(folder: string, recipe: Recipe, { onEvent, signal }: VerifyOptions): Promise<Verification> {
  const notes = readNotes(resultFolder(folder));
  if (notes === undefined || Object.keys(notes.metrics).length === 0) {
    throw new AttuneError('E_NOTHING_RECORDED', {
      what: 'The run has no recorded validation results to compare with',
      fix: 'train it again and compare bytes: attune runs verify RUN --retrain',
    });
  }
  const input = { target: folder, recipe, split: 'validation', precision: recipe.training.precision } as const;
  const { metrics, hash } = await runJob({ job: 'evaluate', input, onEvent, signal });
  const isClose = (a: number, b: number) => Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a));
  const compared = Object.entries(notes.metrics).map(([name, recorded]) => {
    const found = entryOf(metrics, name) ?? Number.NaN;
    return { name, recorded: String(recorded), found: String(found), equal: isClose(recorded, found) };
  });
  const recordedHash = notes.data_hashes.validation ?? '';
  compared.unshift({ name: 'validation rows', recorded: recordedHash, found: hash, equal: recordedHash === hash });
  return { how: 'scored', ok: compared.every(({ equal }) => equal), compared };
}

async function retrain(folder: string, recipe: Recipe, { onEvent, signal }: VerifyOptions): Promise<Verification> {
  if (readNotes(resultFolder(folder))?.privacy !== undefined) {
    throw new AttuneError('E_PRIVACY_UNSUPPORTED', {
      what: 'A run with differential privacy cannot be reproduced',
      got: 'the secret of its noise was deleted when it finished',
      fix: 'score its result again: attune runs verify RUN',
    });
  }
  const like = listCheckpoints(folder).at(-1)?.folder;
  const again = temporaryFolder('verify');
  try {
    const input = { recipe: { ...recipe, output_dir: again }, like };
    const { result } = await runJob({ job: 'train', input, folder: again, onEvent, signal });
    if (result === null) throw new AttuneError('E_STOPPED', { what: 'The verification was stopped' });
    const compared = await compareFolders(resultFolder(folder), result);
    return { how: 'retrained', ok: compared.every(({ equal }) => equal), compared };
  } finally {
    rmSync(again, { recursive: true, force: true });
  }
}

/** Compares every file of the result by its hash. */
async function compareFolders(recorded: string, found: string): Promise<Verification['compared']> {
  const names = readdirSync(recorded).filter((name) => name.endsWith('.safetensors') || name === DESCRIPTION);
  return Promise.all(
    names.map(async (name) => {
      const [before, now] = await Promise.all([sha256File(join(recorded, name)), sha256File(join(found, name))]);
      return { name, recorded: before, found: now, equal: before === now };
    }),
  );
}
