/** Whether a base can read rows of a kind and do what they ask, by its config.json alone. */
import type { Example, ExampleKind } from '../../data/index.ts';
import type { Modality, Task } from '../../models/architecture.ts';
import { architectures } from '../../models/index.ts';
import { readConfig } from '../../models/load.ts';
import { AttuneError } from '../../base/errors.ts';
import { imagesIn } from '../../text/message.ts';

export interface Need {
  reads: Modality;
  /** One of these. */
  tasks: readonly Task[];
}

const TEXTS: Partial<Record<ExampleKind, readonly Task[]>> = {
  chat: ['causal-lm', 'seq2seq'],
  completion: ['causal-lm', 'seq2seq'],
  text: ['causal-lm', 'masked-lm'],
  classification: ['sequence'],
  multilabel: ['sequence'],
  regression: ['sequence'],
  tagged: ['token'],
  question: ['question'],
  pair: ['embedding'],
  graded: ['embedding'],
  // Unless an objective scores them with a head.
  preference: ['causal-lm'],
  feedback: ['causal-lm'],
};

/** What a model must read and be able to do for rows such as this one. */
export function needOf(example: Example): Need | undefined {
  const { kind } = example;
  if (kind === 'items') return { reads: 'items', tasks: ['next-item'] };
  if (kind === 'image-text') return { reads: 'image', tasks: ['contrastive'] };
  if (kind === 'speech') return { reads: 'audio', tasks: ['ctc', 'seq2seq'] };
  if (kind === 'chat' && imagesIn(example.messages).length > 0) return { reads: 'image', tasks: ['causal-lm'] };
  const media = kind === 'classification' ? example.media?.kind : undefined;
  const tasks = TEXTS[kind];
  return tasks && { reads: media ?? 'text', tasks };
}

const ROWS: Record<Modality, string> = { text: 'texts', image: 'images', audio: 'recordings', items: 'items' };

/** Whether what a model needs for such rows depends on what is optimised. */
export function isByObjective({ kind }: Example): boolean {
  return kind === 'preference' || kind === 'feedback' || kind === 'stepwise';
}

/**
 * Refuses a base in a folder that cannot read or learn such rows; `fix` says what could. `task` is the objective's.
 * @throws AttuneError E_CONFIG_MISSING, E_UNKNOWN_MODEL_TYPE, E_WRONG_MODEL
 */
export async function requireFit(
  { model, folder }: { model: string; folder: string },
  example: Example,
  { fix, task }: { fix: () => string | Promise<string>; task?: Task },
): Promise<void> {
  const need: Need | undefined = task === undefined ? needOf(example) : { reads: 'text', tasks: [task] };
  if (need === undefined) return;
  const raw = readConfig(folder);
  const architecture = await architectures.load(String(raw.model_type));
  const { modalities = ['text'] } = architecture;
  const tasks = Object.keys(architecture.heads(raw)) as Task[];
  const reads = modalities.includes(need.reads);
  if (reads && need.tasks.some((task) => tasks.includes(task))) return;
  const rows = ROWS[need.reads];
  throw new AttuneError('E_WRONG_MODEL', {
    what: reads ? `${model} cannot learn from such rows` : `${model} reads no ${rows}`,
    got: `${raw.model_type}, which reads ${modalities.map((one) => ROWS[one]).join(' and ')}, for ${tasks.join(', ')}`,
    expected: `a model that reads ${rows}, for ${need.tasks.join(' or ')}`,
    fix: await fix(),
  });
}
