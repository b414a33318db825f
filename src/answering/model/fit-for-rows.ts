/** Decides from config.json alone whether a base model can read rows of a kind and perform their task. */
import { kindOf, type Example } from '../../data/kinds/index.ts';
import type { Need } from '../../data/kinds/kind.ts';
import type { Modality } from '../../models/architecture.ts';
import { architectures } from '../../models/index.ts';
import { readConfig } from '../../models/load-model.ts';
import { AttuneError } from '../../base/errors.ts';

/** Input modality and tasks that a model needs for rows like this one. */
export function needOf(example: Example): Need | undefined {
  return kindOf(example).needs?.(example);
}

const ROWS: Record<Modality, string> = { text: 'texts', image: 'images', audio: 'recordings', items: 'items' };

/** Whether the requirements of such rows depend on the objective. */
export function isByObjective(example: Example): boolean {
  return kindOf(example).hasOtherNeeds === true;
}

/**
 * Rejects a base model that cannot read or learn such rows; `fix` names alternatives. `task` is the objective's.
 * @throws AttuneError E_CONFIG_MISSING, E_UNKNOWN_MODEL_TYPE, E_WRONG_MODEL
 */
export async function requireFit(
  { model, folder }: { model: string; folder: string },
  example: Example,
  { fix, task }: { fix: () => string | Promise<string>; task?: string },
): Promise<void> {
  const need: Need | undefined = task === undefined ? needOf(example) : { reads: 'text', tasks: [task] };
  if (need === undefined) return;
  const raw = readConfig(folder);
  const architecture = await architectures.load(String(raw.model_type));
  const { modalities = ['text'] } = architecture;
  const tasks = Object.keys(architecture.heads(raw));
  const reads = modalities.includes(need.reads);
  if (reads && need.tasks.some((task) => tasks.includes(task))) return;
  const rows = ROWS[need.reads];
  throw new AttuneError('E_WRONG_MODEL', {
    what: reads ? `${model} cannot be trained on these rows` : `${model} does not read ${rows}`,
    got: `${raw.model_type}, which reads ${modalities.map((one) => ROWS[one]).join(' and ')}, for ${tasks.join(', ')}`,
    expected: `a model that reads ${rows}, for ${need.tasks.join(' or ')}`,
    fix: await fix(),
  });
}
