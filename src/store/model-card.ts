import { entryOf } from '../base/table.ts';
import { basename, isAbsolute } from 'node:path';
import { stringify } from 'yaml';
import { formatCount, formatNumber } from '../base/format.ts';
import type { DataPrepared, Metrics } from '../base/events.ts';
import type { FiguresShown } from '../base/figures.ts';
import { greatest } from '../base/many.ts';
import { figuresTable, measuredSection, table } from './card-figures.ts';
import { useOfTask } from './card-use.ts';
import type { Comparison, Conclusion } from './results.ts';

/** Privacy loss of the training rows (Dwork and Roth, 2014). */
export interface PrivacySpent {
  epsilon: number;
  delta: number;
  noise_multiplier: number;
  /** Bound on the norm of a row's gradient. */
  max_row_norm: number;
  sample_rate: number;
  steps: number;
  accountant: string;
}

/** Contents of a model card. */
export interface ModelCardParts {
  name: string;
  /**
   * `adapter`: a PEFT folder. `model`: a whole model. `cheap`: a classical system without a
   * network. `prompted`: a model with a prompt that was chosen for it.
   */
  kind: 'adapter' | 'model' | 'cheap' | 'prompted';
  /** Whether only attune can read it. */
  isOwnFormat?: boolean;
  /** Display name of a cheap system: "tf-idf + logistic regression". */
  system?: string;
  /** Whether a cheap system's folder contains its training rows in plain text. */
  holdsRows?: boolean;
  /** Hub name or folder; absent for a model trained from scratch. */
  baseModel?: string;
  /** Licence of the result, subject to the base model's: "apache-2.0". */
  license?: string;
  languages?: readonly string[];
  /** Task name on the Hub: "text-generation", "text-classification". */
  task: string;
  tags?: readonly string[];
  /** Prompt form of a generative model: chat turns, or a text that it continues. */
  promptForm?: 'chat' | 'plain';
  /** System message used in training. */
  systemPrompt?: string;
  /** Rows of the token tables, if new tokens enlarged them. */
  vocabularySize?: number;
  /** Source of the data, as named in the recipe. */
  source?: string;
  data?: Pick<DataPrepared, 'format' | 'rows' | 'hashes' | 'inputTokens' | 'lossTokens'>;
  /** Metrics of the saved model, by split. */
  metrics: Record<string, Metrics>;
  comparison?: Comparison;
  /** Figures of the comparison, and of all other assessments. */
  compared?: FiguresShown;
  measured?: readonly FiguresShown[];
  /** Privacy loss per row, if training bounded it. */
  privacy?: PrivacySpent;
  /** The resolved recipe. */
  recipe: unknown;
  /** Versions, threads, instruction set, hashes. */
  identity: Record<string, string | number>;
  /** The maker's additions in Markdown: limits, intended use. */
  notes?: string;
}

/** README.md of a result: YAML front matter for model hubs, then what it is, how good it is, and how it was made. */
export function modelCard(parts: ModelCardParts): string {
  const sections = [
    opening(parts),
    results(parts),
    use(parts),
    limits(parts),
    ...(parts.measured ?? []).map(measuredSection),
    data(parts),
    privacy(parts),
    training(parts),
    parts.notes,
  ];
  const body = sections.filter((section) => section !== undefined).join('\n\n');
  return `---\n${stringify(frontMatter(parts), { lineWidth: 0 })}---\n\n${body.trim()}\n`;
}

const LIBRARIES = { adapter: 'peft', model: 'transformers', cheap: 'attune', prompted: 'attune' };

function frontMatter(parts: ModelCardParts): Record<string, unknown> {
  const { baseModel, isOwnFormat, kind, languages, license, source, tags = [], task } = parts;
  const isAdapter = kind === 'adapter';
  const names = new Set(Object.values(parts.metrics).flatMap((metrics) => Object.keys(metrics)));
  const entries = {
    ...(baseModel !== undefined && {
      base_model: publicName(baseModel),
      base_model_relation: isAdapter ? 'adapter' : 'finetune',
    }),
    library_name: isOwnFormat === true ? 'attune' : LIBRARIES[kind],
    pipeline_tag: task,
    license,
    language: languages,
    tags: ['attune', ...tags],
    datasets: source === undefined ? undefined : source.split(', ').map(publicName),
    metrics: names.size === 0 ? undefined : [...names],
    'model-index': names.size === 0 ? undefined : [{ name: parts.name, results: indexedResults(parts) }],
  };
  return Object.fromEntries(Object.entries(entries).filter(([, value]) => value !== undefined));
}

/** Results in the Hub's model-index form. */
function indexedResults({ metrics, source, data: used, task }: ModelCardParts): object[] {
  return Object.entries(metrics).map(([split, values]) => ({
    task: { type: task },
    dataset: {
      name: publicName(source ?? 'own data'),
      type: used?.format ?? 'own',
      split,
      ...(used !== undefined && Object.hasOwn(used.hashes, split) && { revision: used.hashes[split] }),
    },
    metrics: Object.entries(values)
      .filter(([, value]) => Number.isFinite(value))
      .map(([type, value]) => ({ type, value })),
  }));
}

/** Last component of a folder's path; the rest is private. */
function publicName(name: string): string {
  return isAbsolute(name) || name.startsWith('.') ? basename(name) : name;
}

function opening({ name, kind, baseModel, system }: ModelCardParts): string {
  if (kind === 'prompted') return `# ${name}\n\n${system}: a prompt chosen with attune; the model is unchanged.`;
  if (kind === 'cheap') return `# ${name}\n\n${system}, fitted with attune in place of a model.`;
  const what = kind === 'adapter' ? 'An adapter' : 'A model';
  const from = baseModel === undefined ? 'trained from scratch' : `made from \`${publicName(baseModel)}\``;
  return `# ${name}\n\n${what} ${from} with attune.`;
}

function results({ metrics, comparison, compared, data: used }: ModelCardParts): string | undefined {
  const rows = Object.entries(metrics).flatMap(([split, values]) =>
    Object.entries(values).map(([metric, value]) => [split, rowsOf(used, split), metric, formatNumber(value)]),
  );
  if (rows.length === 0 && comparison === undefined) return undefined;
  const parts = ['## Results'];
  if (comparison !== undefined) parts.push(verdict(comparison));
  for (const figures of compared?.figures ?? []) parts.push(figuresTable(figures));
  if (rows.length > 0) parts.push(table(['Split', 'Rows', 'Metric', 'Value'], rows));
  return parts.join('\n\n');
}

const OUTCOMES: Record<Conclusion['outcome'], string> = {
  better: 'Better than everything it was compared with.',
  'not-better': 'Not better than everything it was compared with.',
  unclear: 'It is not clear yet whether it is better.',
};

function verdict({ conclusion, sentence }: Comparison): string {
  if (conclusion === undefined) return sentence;
  return `**${OUTCOMES[conclusion.outcome]}** ${conclusion.advice}\n\n${sentence}`;
}

function use({ kind, task, vocabularySize, holdsRows, ...asked }: ModelCardParts): string {
  if (kind === 'cheap') return holdsRows === true ? `${USE_OF_CHEAP}\n\n${HOLDS_ROWS}` : USE_OF_CHEAP;
  const how = useOfTask(task, asked.promptForm);
  const own =
    how === undefined ? undefined : [how, task === 'text-generation' ? askedAs(asked) : ''].join('\n\n').trim();
  const reader = kind === 'adapter' ? 'PEFT' : 'transformers';
  if (asked.isOwnFormat === true) return `## Use\n\n${own ?? 'attune opens the folder.'}`;
  const grown =
    kind === 'adapter' && vocabularySize !== undefined
      ? `once the base model has rows for its new tokens (\`model.resize_token_embeddings(${vocabularySize})\`)`
      : 'as it is';
  return `## Use\n\n${own === undefined ? '' : `${own}\n\n`}${reader} reads the folder ${grown}; tokenizer and chat template are next to the weights.`;
}

/** Prompt form of the training rows, which other tools must use too. */
function askedAs({ promptForm, systemPrompt }: Pick<ModelCardParts, 'promptForm' | 'systemPrompt'>): string {
  if (promptForm === 'plain')
    return 'It continues prompts as plain text, as in training: call it without the chat template.';
  if (systemPrompt === undefined) return '';
  return `Every training conversation began with this system message:\n\n${fenced(`${systemPrompt}\n`, 'text')}`;
}

/** Intended use as far as the rows show it, and what was not measured. */
function limits({ task, kind, comparison, data: used, notes }: ModelCardParts): string | undefined {
  if (notes !== undefined) return undefined;
  const rows =
    used === undefined ? 'its training rows' : `${formatCount(used.rows.train)} rows of the format ${used.format}`;
  const measured =
    comparison === undefined
      ? 'It was not compared with anything.'
      : `Its results hold for rows like the ${formatCount(comparison.rows)} of ${comparison.split} above.`;
  const writes = task === 'text-generation' || task === 'text2text-generation';
  const wrong = writes
    ? 'It may write false statements, or names and numbers that are not in its input; check answers before acting on them.'
    : 'On rows of another kind, language or time its answers may be wrong despite a high probability.';
  const base = kind === 'adapter' ? ' The limits of the base model apply too.' : '';
  return (
    `## Intended use and limits\n\nMade for ${task.replaceAll('-', ' ')} on rows like those that it was trained on: ${rows}. ` +
    `${measured} ${wrong}${base} It was not measured for fairness or safety unless this card says so.`
  );
}

const USE_OF_CHEAP = `## Use

\`\`\`sh
attune predict FOLDER --input rows.csv
\`\`\`

\`\`\`ts
import { openPredictor } from 'attune';

const model = await openPredictor({ target: 'FOLDER' });
const [{ prediction }] = await model.predict(['a text']);
await model.close();
\`\`\`

It needs no graphics card and no libtorch. It consists of \`cheap_model.json\` and the arrays next to it.`;

const HOLDS_ROWS =
  '**It contains its training rows in clear text:** anyone with the folder can read them, so share it as you would share the rows.';

function data({ data: used, source }: ModelCardParts): string | undefined {
  if (used === undefined) return undefined;
  const rows = Object.entries(used.rows)
    .filter(([, count]) => count > 0)
    .map(([split, count]) => [split, formatCount(count), `\`${entryOf(used.hashes, split) ?? '–'}\``]);
  const from = source === undefined ? '' : `From \`${source.split(', ').map(publicName).join(', ')}\`, `;
  // Labels of whole rows are not tokens.
  const trained = used.lossTokens > 0 ? `, ${formatCount(used.lossTokens)} of them trained` : '';
  const tokens = `${formatCount(used.inputTokens)} input tokens${trained}.`;
  return `## Data\n\n${from}format ${used.format}.${used.inputTokens > 0 ? ` ${tokens}` : ''}\n\n${table(['Split', 'Rows', 'Content hash'], rows)}`;
}

function privacy({ privacy: bound }: ModelCardParts): string | undefined {
  if (bound === undefined) return undefined;
  const { noise_multiplier: noise, max_row_norm: norm, sample_rate: rate, accountant, ...spent } = bound;
  const of = `(ε = ${formatNumber(spent.epsilon, 4)}, δ = ${formatNumber(spent.delta, 3)})`;
  const how =
    `Poisson samples of ${formatNumber(rate * 100, 4)} % of the rows, per-row gradients clipped to norm ${norm}, ` +
    `noise multiplier ${formatNumber(noise, 6)}, ${formatCount(spent.steps)} steps; ${accountant.toUpperCase()} accountant`;
  const outside =
    'settings chosen by hand, validation and test rows, and the losses of training batches in the ' +
    "run's folder (events, metrics, report) are not covered";
  return (
    `## Privacy\n\nTrained with differential privacy: ${of} for adding or removing one training row. ${how}. ` +
    `The bound only covers training on the training rows: ${outside}.`
  );
}

function training({ recipe, identity }: ModelCardParts): string {
  const rows = Object.entries(identity).map(([name, value]) => [name, String(value)]);
  const made = rows.length === 0 ? '' : `\n\n${table(['Made with', ''], rows)}`;
  return `## Training\n\n${fenced(stringify(recipe, { lineWidth: 0 }))}${made}`;
}

/** A fence longer than any run of backticks inside: a recipe may contain a prompt with code. */
function fenced(text: string, language = 'yaml'): string {
  const longest = greatest(
    Array.from(text.matchAll(/`+/g), ([run]) => run.length),
    2,
  );
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}${fence}`;
}

function rowsOf(used: ModelCardParts['data'], split: string): string {
  const count = used?.rows[split as keyof DataPrepared['rows']];
  return count === undefined ? '' : formatCount(count);
}
