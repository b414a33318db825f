import { capitalised, withArticle } from '../base/articles.ts';
import { AttuneError } from '../base/errors.ts';
import type { KeptWeight } from '../engine/nn/index.ts';
import type { DType, Tensor } from '../engine/tensor/index.ts';
import { rootOf, type Architecture, type HeadPlan, type Task } from './architecture.ts';
import type { RawConfig } from './raw-config.ts';
import type { EmbeddingOptions } from './heads/embedding.ts';
import type { ProblemType } from './heads/head.ts';
import { heads } from './heads/index.ts';
import { architectures } from './index.ts';
import { isItemArchitecture, TEXT_ENCODER } from './items/item-model.ts';
import { labelsOf, problemTypeOf } from './labels.ts';
import { Model } from './model.ts';

/** Form in which frozen linear layers are stored from loading on. */
export interface KeepWeight {
  /** Name of the form in checkpoints: weights already packed in it are used unchanged. */
  kind: string;
  /** `path` is the layer's. */
  quantise(stored: Tensor, path: string): KeptWeight;
  /** Form of token tables (embedding, output matrix of a head); unchanged by default. */
  quantiseTable?(stored: Tensor): KeptWeight;
  /** Modules to leave unchanged because they are trained. */
  except?(path: string): boolean;
}

export interface ModelOptions {
  /** Task of the model; by default the checkpoint's. */
  task?: Task;
  /** Type of weights and activations; `stored` keeps the checkpoint's. */
  dtype?: DType | 'stored';
  /** Device of the weights; by default the current compute device. */
  device?: string;
  /** Class names of a sequence or token head; by default the checkpoint's. */
  labels?: readonly string[];
  /** With other classes than the checkpoint's: keeps the head's weights whose shapes still fit, as HF does. */
  keepsHead?: boolean;
  /** Meaning of a sequence head's scores; by default the checkpoint's. */
  problemType?: ProblemType;
  /** Replaces a speech model's letters, and thus its head. */
  letters?: { count: number; blank: number };
  /** Overrides the checkpoint's pooling and normalisation in an embedding head. */
  embedding?: Partial<EmbeddingOptions>;
  /** Seed of a new head's values. */
  seed?: number;
  /** Form in which frozen linear layers are stored. */
  keep?: KeepWeight;
  /** Minimum rows of the token tables; added rows are zero until initialised. */
  vocabularySize?: number;
}

/** The model's modules on `meta`: shapes without memory. Optional parts are built if the checkpoint has them. */
export async function skeleton(
  raw: RawConfig,
  options: ModelOptions,
  checkpoint?: { has(name: string): boolean },
): Promise<{ model: Model; plan: HeadPlan }> {
  const architecture = await architectures.load(String(raw.model_type));
  const { task, plan } = chooseTask(architecture, raw, options.task);
  const namesIn = (path: string) => [path, ...(architecture.formerNames?.(path) ?? [])];
  const has = (path: string) =>
    [path, ...namesIn(rootOf(architecture) + path)].some((name) => checkpoint?.has(name) === true);
  const context = { task, has, textEncoder: await textEncoderOf(architecture, raw, checkpoint) };
  const trunk = architecture.build(raw, context);
  const kind = await heads.load(plan.head);
  const labels = options.labels ?? labelsOf(raw);
  const problemType = options.problemType ?? problemTypeOf(raw, labels);
  const head = kind.create({ trunk, options: { ...plan.options, ...options.embedding }, labels, problemType });
  return { model: new Model({ architecture, task, plan, trunk, head, config: raw }), plan };
}

/** The text encoder inside a recommender, on `meta` like the rest. */
async function textEncoderOf(
  architecture: Architecture,
  raw: RawConfig,
  checkpoint?: { has(name: string): boolean },
): Promise<Model | undefined> {
  const plan = isItemArchitecture(architecture) ? architecture.textEncoder?.(raw) : undefined;
  if (plan === undefined) return undefined;
  const has = (name: string) => checkpoint?.has(`${rootOf(architecture)}${TEXT_ENCODER}.${name}`) === true;
  return (await skeleton(plan.config, { task: 'embedding', embedding: plan.embedding }, { has })).model;
}

/** The wanted task, or the checkpoint's, with its head. @throws AttuneError E_TASK_UNSUPPORTED */
export function chooseTask(
  architecture: Architecture,
  raw: RawConfig,
  wanted: Task | undefined,
): { task: Task; plan: HeadPlan } {
  const plans = Object.entries(architecture.heads(raw)) as [Task, HeadPlan][];
  const saved = Array.isArray(raw.architectures) ? (raw.architectures as unknown[]) : [];
  refuseDecoderAlone(architecture, plans, saved);
  const found =
    wanted === undefined
      ? (plans.find(([, plan]) => saved.includes(plan.className)) ?? plans[0])
      : plans.find(([task]) => task === wanted);
  if (found !== undefined) return { task: found[0], plan: found[1] };
  throw new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${capitalised(withArticle(architecture.modelType))} model has no head for the task ${wanted}`,
    expected: `one of ${plans.map(([task]) => task).join(', ')}`,
    fix: 'choose another objective, or another base model',
  });
}

/** `BartForCausalLM` and the like: a decoder whose cross-attention has nothing to attend to. */
function refuseDecoderAlone({ modelType }: Architecture, plans: readonly [Task, HeadPlan][], saved: unknown[]): void {
  const alone = saved.find((name) => String(name).endsWith('ForCausalLM'));
  if (alone === undefined || plans.every(([task]) => task !== 'seq2seq')) return;
  throw new AttuneError('E_TASK_UNSUPPORTED', {
    what: `A ${String(alone)} is only the decoder of a ${modelType} model, which is not supported`,
    expected: plans.map(([, { className }]) => className).join(' or '),
    fix: 'use a checkpoint of the whole model, or another base model',
  });
}

/** Names under which a checkpoint may hold a parameter: with or without the trunk's prefix, or older ones. */
export function namesOf(model: Model, path: string): string[] {
  const { architecture } = model;
  const root = rootOf(architecture);
  const full = model.isOfHead(path) ? path : root + path.slice(model.root.length);
  return [full, ...(architecture.formerNames?.(full) ?? [])].flatMap((name) =>
    root !== '' && name.startsWith(root) ? [name, name.slice(root.length)] : [name],
  );
}
