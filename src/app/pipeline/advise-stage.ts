/** Advice of cheap systems before a model is asked or trained. */
import { AttuneError } from '../../base/errors.ts';
import { isCheapModel } from '../../answering/baselines/cheap-names.ts';
import { advise } from '../advise/advise.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { dataStage, partOf, type DataOutput } from './data-stage.ts';
import type { Deployment } from './pipeline-file.ts';
import type { Outputs, Stage } from './stage.ts';

/** Figures of cheap systems on the rows. `leaveOut`: the reason to leave models out, if one of these systems leaves nothing to gain. */
export interface AdviceOutput {
  advice: string;
  reasons: readonly string[];
  leaveOut?: string;
}

/** Rows that no cheap system can be measured on. */
const UNMEASURED: ReadonlySet<string> = new Set(['E_NOTHING_TO_ADVISE', 'E_TOO_FEW_ROWS', 'E_WRONG_ROWS']);

/** Fits cheap systems on the training rows and reads the validation rows; the test rows are left for the gate. */
export const adviseStage: Stage = {
  name: 'advise',
  needs: [dataStage.name],
  inputs({ deployment: { recipe, base, systems } }, before) {
    const data = before.data as DataOutput | undefined;
    return data && { recipe, base, data: data.hash, cheap: systems.filter(isCheapModel) };
  },
  async run({ deployment, onEvent, signal }) {
    try {
      const { recommendation } = await advise(await cheapRecipe(deployment), { onEvent, signal });
      const { advice, choice, reasons, keep } = recommendation;
      const isSolved = choice === 'cheap' && keep !== undefined && isMade(keep, deployment);
      const output: AdviceOutput = { advice, reasons, ...(isSolved && { leaveOut: advice }) };
      return { output, told: choice === 'measure' ? reasons.join(' ') : advice };
    } catch (error) {
      if (!(error instanceof AttuneError) || !UNMEASURED.has(error.code)) throw error;
      return { output: { advice: error.what, reasons: [] } satisfies AdviceOutput, told: error.what };
    }
  },
};

/** Whether a cheap system is one that the pipeline makes. */
const isMade = (name: string, { systems }: Deployment): boolean => systems.includes(name);

function cheapRecipe(deployment: Deployment) {
  const part = partOf(deployment);
  const { data = {}, ...settings } = deployment.recipe as { data?: object };
  return resolveRecipe({
    ...settings,
    model: deployment.base,
    data: { ...data, train: part('train'), validation: 0, test: part('validation') },
  });
}

/** Why a system is not made; undefined if it is. Cheap systems always are. */
export function leftOutBy({ advise: advised }: Outputs, system: string): string | undefined {
  return isCheapModel(system) ? undefined : (advised as AdviceOutput | undefined)?.leaveOut;
}
