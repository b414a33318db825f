import { rmSync } from 'node:fs';
import { train, type TrainOutcome } from '../src/app/index.ts';
import { AttuneError } from '../src/base/errors.ts';
import type { EventSink } from '../src/base/events.ts';
import type { Recipe } from '../src/training/recipe/recipe.ts';

/**
 * Trains a recipe from start to end; a folder from an earlier call is removed.
 * @throws AttuneError E_STOPPED if the run was stopped early: its result must not be measured
 */
export async function trainWhole(recipe: Recipe, onEvent?: EventSink): Promise<TrainOutcome> {
  rmSync(recipe.output_dir, { recursive: true, force: true });
  const { found: outcome } = await train(recipe, { onEvent });
  if (outcome.outcome === 'finished') return outcome;
  throw new AttuneError('E_STOPPED', {
    what: `The example was stopped while it trained, after step ${outcome.step}`,
    got: `a part of a run in ${recipe.output_dir}`,
    expected: 'a whole one: nothing is measured on a part',
    fix: 'call it again: this run begins anew, and what was prepared before it is used again',
  });
}
