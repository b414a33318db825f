import { join } from 'node:path';
import { greatest } from '../../base/many.ts';
import { entryOf } from '../../base/table.ts';
import { formatNumber, plural } from '../../base/format.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { writeJson } from '../../files/json.ts';
import { writeWholeFolder } from '../../files/whole-folder.ts';
import type { FederationResult, SiteVerdict } from '../../federation/coordinator.ts';
import type { RoundRecord } from '../../federation/rounds-folder.ts';
import { table } from '../../store/card-figures.ts';
import { strategies, travelling } from '../../federation/strategies.ts';
import type { Plan } from '../../federation/plan.ts';
import { sizeOf } from '../../federation/weights.ts';
import { writeWeights } from '../../federation/weights-file.ts';
import { parseJson } from '../../files/json.ts';

/** The texts and numbers among a site's findings. */
export interface ShownVerdict extends Omit<SiteVerdict, 'values'> {
  values: Readonly<Record<string, string | number | boolean>>;
}

/** Outcome of a federation. */
export interface Federated {
  folder: string;
  /** Folder of the adapter in PEFT's format. */
  result: string;
  rounds: readonly RoundRecord[];
  /** By site: the findings on its own rows. */
  verdicts: Record<string, ShownVerdict>;
  /** Privacy loss of a site's data; absent without privacy. */
  epsilon?: number;
  /** Trained values that travel in each direction, per site and round. */
  values: number;
}

/** Writes the shared adapter with its card and the rounds' record. */
export async function writeFederated(folder: string, plan: Plan, found: FederationResult): Promise<Federated> {
  const result = join(folder, 'adapter');
  const config = parseJson<Record<string, unknown>>(found.adapterConfig);
  await writeWholeFolder(result, (draft) => {
    writeJson(join(draft, 'adapter_config.json'), { ...config, base_model_name_or_path: plan.recipe.model });
    writeWeights(join(draft, 'adapter_model.safetensors'), found.weights, { format: 'pt' });
    writeFileAtomic(join(draft, 'README.md'), card(plan, found));
  });
  const { rounds, epsilon } = found;
  const verdicts = Object.fromEntries(Object.entries(found.verdicts).map(([site, verdict]) => [site, shown(verdict)]));
  const federated = {
    folder,
    result,
    rounds,
    verdicts,
    ...(epsilon !== undefined && { epsilon }),
    values: sizeOf(travelling(found.weights, plan.strategy)),
  };
  writeJson(join(folder, 'federated.json'), federated);
  return federated;
}

function shown({ title, values, metrics }: SiteVerdict): ShownVerdict {
  const plain = Object.entries(values).flatMap(([name, value]): [string, string | number | boolean][] =>
    typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[name, value]] : [],
  );
  return { title, values: Object.fromEntries(plain), metrics };
}

const SUMS = 'sums over at least three sites, never the weights of one (secure aggregation)';

function card(plan: Plan, { rounds, verdicts, epsilon }: FederationResult): string {
  const { privacy, secure, strategy, recipe } = plan;
  const sites = new Set(rounds.flatMap((round) => round.sites));
  const lines = [
    '---',
    `base_model: ${JSON.stringify(recipe.model)}`,
    'library_name: peft',
    'tags: [federated, attune]',
    '---',
    '',
    `# ${plan.name}`,
    '',
    `An adapter of ${recipe.model}, trained by ${plural(sites.size, 'sites')} in ${plural(plan.rounds, 'rounds')} ` +
      `of ${plural(plan.local_steps, 'steps')}. Rows never left their sites.`,
    '',
    `- **Average**: ${strategies[strategy].title}${errorOf(rounds)}.`,
    ...ranksOf(plan),
    `- **Seen by the coordinator**: ${secure ? SUMS : 'the trained weights of each site'}.`,
    privacy === null
      ? '- **Differential privacy**: none. Weights can reveal something about the rows that they were trained on.'
      : `- **Differential privacy** of a site's whole data: ε = ${formatNumber(epsilon!)} at δ = ${privacy.delta} ` +
        `(clip ${privacy.clip}, noise ${privacy.noise_multiplier}).`,
    '',
    table(
      ['site', 'verdict on its own test rows', 'figure'],
      Object.values(verdicts).map((verdict) => [
        verdict.title,
        verdictOf(verdict.values) ?? 'not told',
        figure(verdict),
      ]),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

function ranksOf({ ranks, recipe }: Plan): string[] {
  if (ranks === undefined) return [];
  const { r } = recipe.tuning as { r: number };
  const own = Object.entries(ranks).map(([site, rank]) => `${site}: ${rank}`);
  return [`- **Ranks**: rank ${r}; ${own.join(', ')}. A site of a smaller rank trained and tested its leading part.`];
}

function errorOf(rounds: readonly RoundRecord[]): string {
  const most = greatest([0, ...rounds.map(({ error }) => error)]);
  return most === 0 ? '' : ` (error of the truncation at most ${formatNumber(100 * most)} %)`;
}

const VERDICTS: Readonly<Record<string, string>> = {
  better: 'better',
  'not-better': 'not better',
  unclear: 'cannot tell yet',
};

/** A site's verdict in words, if it reported one. */
export function verdictOf({ verdict }: SiteVerdict['values']): string | undefined {
  return entryOf(VERDICTS, String(verdict));
}

function figure({ values, metrics }: SiteVerdict): string {
  if (metrics.value === undefined) return '';
  const interval = metrics.low === undefined ? '' : ` (${formatNumber(metrics.low)} to ${formatNumber(metrics.high)})`;
  return `${String(values.metric)} ${formatNumber(metrics.value)}${interval}, ${String(values['test-rows'])} rows`;
}
