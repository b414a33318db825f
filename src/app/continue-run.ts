import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { AttuneError } from '../base/errors.ts';
import { isWeightlessFolder } from '../answering/model/weightless.ts';
import { displayPath } from '../files/find-files.ts';
import { sha256File } from '../files/hash.ts';
import { listCheckpoints, type Checkpoint } from '../store/checkpoints.ts';
import { nextRunFolder } from '../store/numbered-folder.ts';
import type { RunStatus, RunSummary } from '../store/run-summary.ts';
import { readConstants, TENSOR_FILES } from '../training/trainer-state.ts';
import type { Recipe } from '../training/recipe/recipe.ts';
import { resolveRecipe, type RecipeFlags } from './recipe/index.ts';
import { showRun } from './find-runs.ts';
import { storedRecipe } from './stored-run.ts';
import type { useCase } from './use-cases/runs-continue.ts';
import type { OptionsOf } from './use-cases/use-case.ts';

type ContinueOptions = OptionsOf<typeof useCase>;

/**
 * A recipe that continues a finished run: with its weights and optimizer state, and a new schedule. `train` runs it.
 * @throws AttuneError E_RUN_MISSING, E_RUN_UNFINISHED, E_TASK_UNSUPPORTED, E_CONTINUED_GONE, E_RECIPE
 */
export async function continuedRecipe(wanted: string, options: ContinueOptions = {}): Promise<Recipe> {
  const run = await showRun(wanted);
  refuseUnfinished(run);
  const recipe = await storedRecipe(run.folder);
  if (run.result !== undefined && isWeightlessFolder(run.result)) throw noSteps(run);
  const { folder } = checkpointOf(run, options.from ?? 'last');
  const hashes = await Promise.all(TENSOR_FILES.map(async (name) => [name, await sha256File(join(folder, name))]));
  const flags = flagsOf(options);
  const isByEpochs = flags.epochs !== undefined;
  const { answerSpace = false, training } = readConstants(folder);
  const continued: Recipe = {
    ...recipe,
    data: { ...recipe.data, answer_space: answerSpace },
    training: { ...recipe.training, ...training, ...(isByEpochs ? { max_steps: null } : {}) },
    output_dir: options.output ?? displayPath(nextRunFolder(run.folder), process.cwd()),
    continued_from: {
      checkpoint: displayPath(folder, process.cwd()),
      hashes: Object.fromEntries(hashes) as Record<string, string>,
      data: run.data?.hashes ?? {},
    },
  };
  return resolveRecipe(continued, { flags });
}

function flagsOf({ epochs, maxSteps, learningRate }: ContinueOptions): RecipeFlags {
  if (epochs !== undefined && maxSteps !== undefined) {
    throw new AttuneError('E_USAGE', { what: '--epochs and --max-steps cannot be combined', fix: 'choose one' });
  }
  const given = { epochs, max_steps: maxSteps, learning_rate: learningRate };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function refuseUnfinished({ folder, status }: RunSummary): void {
  if (status === 'finished') return;
  const shown = displayPath(folder, process.cwd());
  throw new AttuneError('E_RUN_UNFINISHED', {
    what: `The run in ${shown} is not finished`,
    got: `a run that is ${status}`,
    expected: 'a finished run',
    fix: endingOf(status, shown),
  });
}

/** Advice on how to finish the run. */
function endingOf(status: RunStatus, shown: string): string {
  if (status === 'running') return `wait for it: attune runs attach ${shown}`;
  if (status === 'failed') return `check what failed: attune runs show ${shown}; then resume it, or train again`;
  return `finish it: attune runs resume ${shown}`;
}

function noSteps({ folder }: RunSummary): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `The run in ${displayPath(folder, process.cwd())} cannot be continued`,
    got: 'a cheap system, which is not fitted in steps',
    fix: 'fit it again, with more rows: attune train RECIPE',
  });
}

/** The last checkpoint by default: its optimizer state is that of the last step, whichever step became the result. */
function checkpointOf({ folder, resultStep }: RunSummary, from: 'last' | 'best'): Checkpoint {
  const all = listCheckpoints(folder);
  const found = from === 'last' ? all.at(-1) : all.find(({ step }) => step === resultStep);
  if (found !== undefined && TENSOR_FILES.every((name) => existsSync(join(found.folder, name)))) return found;
  throw new AttuneError('E_CONTINUED_GONE', {
    what: `The ${from} checkpoint of the run in ${displayPath(folder, process.cwd())} is missing`,
    got: all.length === 0 ? 'no checkpoint' : `checkpoints of steps ${all.map(({ step }) => step).join(', ')}`,
    fix: 'train again from its recipe with more epochs: attune train RECIPE --epochs N',
  });
}
