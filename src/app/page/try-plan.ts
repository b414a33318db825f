import { entryOf, table } from '../../base/table.ts';
import { baselines, type BaselineName } from '../../answering/baselines/index.ts';
import { columnsOf, type ColumnMapping } from '../../data/columns.ts';
import type { MethodOptionInputs } from '../../training/recipe/options.ts';
import type { RunReport } from '../../jobs/report/run-report.ts';
import type { TrainedForm } from '../prompt-form.ts';
import { formOf, type Form, type TryKind } from './try-form.ts';

/** How a run's result can be tried on its page. */
export interface TryPlan {
  kind: TryKind;
  /** System shown next to the result: its base, or the best cheap system of the comparison. */
  beside?: { title: string; rival?: BaselineName };
  /** Columns that form a row's text, if there are several. */
  columns?: readonly string[];
  /** Texts of held-out rows to which a text can be compared. */
  collection: readonly string[];
  /** How messages are prompted, for models trained on conversations. */
  trained?: TrainedForm;
  /** Fields of the box. */
  form: Form;
}

/** Forms by objective; masked language models, process reward models and models of typed questions have none. */
const KINDS: Readonly<Record<keyof MethodOptionInputs['objective'], TryKind | undefined>> = {
  sft: 'writing',
  dpo: 'writing',
  cpo: 'writing',
  simpo: 'writing',
  orpo: 'writing',
  kto: 'writing',
  grpo: 'writing',
  online_dpo: 'writing',
  gkd: 'writing',
  rloo: 'writing',
  ppo: 'writing',
  best_of_n: 'writing',
  xpo: 'writing',
  nash_md: 'writing',
  reward: 'text',
  prm: undefined,
  bco: 'writing',
  pretrain: 'writing',
  seq2seq: 'writing',
  decision: undefined,
  classification: 'text',
  multilabel: 'text',
  regression: 'text',
  token_classification: 'text',
  question_answering: 'question',
  masked_lm: undefined,
  ctc: 'recording',
  speech_seq2seq: 'recording',
  contrastive: 'similarity',
  image_text_contrastive: 'captions',
  next_item: 'items',
  item_retrieval: 'items',
  bpr: 'items',
};

/** Forms for formats whose rows are files; their objectives apply to texts too. */
const FILES: Readonly<Record<string, TryKind>> = table({
  image_classification: 'image',
  audio_classification: 'recording',
  speech: 'recording',
  recordings: 'recording',
});

/** Forms that a base model without a trained head supports. */
const WITH_BASE: readonly TryKind[] = ['writing', 'similarity', 'captions'];

/** Forms whose base has an untrained head and answers at random; they show the best system fitted on the same rows instead. */
const WITH_RIVAL: readonly TryKind[] = ['text', 'image', 'recording'];
/** Baselines that give every row the same answer. */
const CONSTANT: readonly string[] = ['majority', 'mean'];

const MOST_TEXTS = 500;

/** Undefined without a result, or for one that cannot answer by itself. */
export function tryPlan(
  { run, data, recipe, samples, comparison }: RunReport,
  trained?: TrainedForm,
): TryPlan | undefined {
  // Runs of cheap systems have no objective; the format of rows with classes or numbers has the same name.
  const usual = KINDS[(run.objective ?? data?.format ?? '') as keyof typeof KINDS];
  if (run.result === undefined || usual === undefined) return undefined;
  const kind = FILES[data?.format ?? ''] ?? usual;
  const mapping = (recipe as { data?: { columns?: ColumnMapping } } | undefined)?.data?.columns;
  const columns = mapping?.text === undefined ? [] : columnsOf(mapping.text);
  const texts = (samples?.rows ?? []).flatMap(({ expected, prompt }) =>
    kind === 'captions' ? prompt : (expected ?? []),
  );
  const parts = {
    ...(columns.length > 1 && kind === 'text' && { columns }),
    ...(kind === 'writing' && trained?.form === 'chat' && { trained }),
    collection: [...new Set(texts)].slice(0, MOST_TEXTS),
  };
  return { kind, beside: besideOf(kind, { run, comparison }), ...parts, form: formOf({ samples, data }, kind, parts) };
}

function besideOf(kind: TryKind, { run, comparison }: Pick<RunReport, 'run' | 'comparison'>): TryPlan['beside'] {
  if (WITH_RIVAL.includes(kind)) return bestRival(comparison);
  const isCompared = comparison?.systems.some((system) => system.kind === 'base') ?? WITH_BASE.includes(kind);
  return isCompared && kind !== 'items' ? { title: run.model ?? 'base' } : undefined;
}

function bestRival(comparison: RunReport['comparison']): TryPlan['beside'] {
  if (comparison === undefined) return undefined;
  const { metric, metrics, systems } = comparison;
  const sign = metrics.find(({ name }) => name === metric)?.better === 'lower' ? -1 : 1;
  const valueOf = ({ values }: (typeof systems)[number]) => sign * (entryOf(values, metric)?.value ?? -Infinity);
  const [best] = systems
    .filter(({ kind, name }) => kind === 'cheap' && isBaseline(name) && !CONSTANT.includes(name))
    .toSorted((a, b) => valueOf(b) - valueOf(a));
  return best && isBaseline(best.name) ? { title: best.title, rival: best.name } : undefined;
}

function isBaseline(name: string): name is BaselineName {
  return (baselines.names as readonly string[]).includes(name);
}
