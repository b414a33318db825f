/** Whether a base can read rows of a kind and do what they ask, by its config.json alone. */
import type { Example, ExampleKind } from '../../data/index.ts';
import type { Modality, Task } from '../../models/architecture.ts';
import { architectures } from '../../models/index.ts';
import { readConfig } from '../../models/load.ts';
import { taskNames, tasks } from '../../tasks/index.ts';
import { AttuneError } from '../../base/errors.ts';
import { imagesIn } from '../../text/message.ts';

export interface Need {
  reads: Modality;
  /** One of these. */
  tasks: readonly Task[];
}

/** What a model reads rows as that are no texts. */
const READS: Partial<Record<ExampleKind, Modality>> = { items: 'items', 'image-text': 'image', speech: 'audio' };

/** What a model must read and be able to do for rows such as this one. */
export function needOf(example: Example): Need | undefined {
  const { kind } = example;
  if (kind === 'chat' && imagesIn(example.messages).length > 0) return { reads: 'image', tasks: ['causal-lm'] };
  const media = kind === 'classification' ? example.media?.kind : READS[kind];
  const able = taskNames.filter((task) => tasks[task].learns.includes(kind));
  return able.length === 0 ? undefined : { reads: media ?? 'text', tasks: able };
}

const ROWS: Record<Modality, string> = { text: 'texts', image: 'images', audio: 'recordings', items: 'items' };

/**
 * Refuses a base in a folder that cannot read or learn such rows; `fix` says what could.
 * @throws AttuneError E_CONFIG_MISSING, E_UNKNOWN_MODEL_TYPE, E_WRONG_MODEL
 */
export async function requireFit(
  { model, folder }: { model: string; folder: string },
  example: Example,
  fix: () => string | Promise<string>,
): Promise<void> {
  const need = needOf(example);
  if (need === undefined) return;
  const raw = readConfig(folder);
  const architecture = await architectures.load(String(raw.model_type));
  const { modalities = ['text'] } = architecture;
  const able = Object.keys(architecture.heads(raw)) as Task[];
  const reads = modalities.includes(need.reads);
  if (reads && need.tasks.some((task) => able.includes(task))) return;
  const rows = ROWS[need.reads];
  throw new AttuneError('E_WRONG_MODEL', {
    what: reads ? `${model} cannot learn from such rows` : `${model} reads no ${rows}`,
    got: `${raw.model_type}, which reads ${modalities.map((one) => ROWS[one]).join(' and ')}, for ${able.join(', ')}`,
    expected: `a model that reads ${rows}, for ${need.tasks.join(' or ')}`,
    fix: await fix(),
  });
}
