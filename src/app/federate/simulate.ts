import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import { entryOf } from '../../base/table.ts';
import { randomUnit } from '../../base/random.ts';
import { makeFolders } from '../../files/make-folder.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { rawRows } from '../../data/raw-rows.ts';
import { Coordinator } from '../../federation/coordinator.ts';
import type { FederationEvent } from '../../federation/site-asker.ts';
import type { Content } from '../../federation/flower/objects.ts';
import { signerIn } from '../../federation/signers.ts';
import type { Plan, PlanInput } from '../../federation/plan.ts';
import { Site, type LocalTraining } from '../../federation/site.ts';
import type { Sites } from '../../federation/sites.ts';
import { compareNamed } from '../compare/compare.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import { resolveRecipe, type RecipeFlags } from '../recipe/index.ts';
import { train } from '../train.ts';
import { PausedRun, siteRecipe } from './local-training.ts';
import { readPlan } from './read-plan.ts';
import { writeFederated, type Federated } from './result.ts';

export interface SimulateOptions {
  data: readonly string[];
  sites?: number;
  by?: string;
  output?: string;
  alone?: boolean;
  inProcess?: boolean;
  flags?: RecipeFlags;
  signal: AbortSignal;
  onEvent?: EventSink;
  onFederation(event: FederationEvent): void;
}

/** A federation in one process: the coordinator and the sites are those of `serve` and `join`, without a network. */
export async function simulateFederation(given: string | PlanInput, options: SimulateOptions): Promise<Federated> {
  const plan = readPlan(given);
  const folder = resolve(options.output ?? join('federations', plan.name));
  makeFolders(folder);
  const files = await siteFiles(folder, options);
  if (files.length < plan.min_sites)
    throw new AttuneError('E_FEDERATED_SITES', {
      what: 'There are fewer sites than a round needs',
      got: `${files.length}`,
      expected: `at least ${plan.min_sites} (min_sites)`,
      fix: 'give --sites, more files, or a smaller min_sites',
    });
  refuseUnknown(plan, files);
  const coordinator = signerIn(join(folder, 'coordinator.key'), 'coordinator').publicKey;
  const sites = new Map<string, Site>();
  for (const { title, path } of files) {
    const own = join(folder, 'sites', title);
    const training = await siteTraining(plan, { ...options, name: title, own, path });
    sites.set(title, new Site({ plan, site: title, coordinator, folder: own, training }));
  }
  const { onFederation: emit, signal } = options;
  const found = await new Coordinator({ plan, folder, sites: inTurn(sites), emit, signal }).run();
  return writeFederated(folder, plan, found);
}

/** @throws AttuneError E_FEDERATED_PLAN for ranks of sites that do not exist */
function refuseUnknown({ ranks = {} }: Plan, files: readonly SiteFile[]): void {
  const titles = files.map(({ title }) => title);
  const unknown = Object.keys(ranks).filter((site) => !titles.includes(site));
  if (unknown.length === 0) return;
  throw new AttuneError('E_FEDERATED_PLAN', {
    what: 'The plan has ranks of sites that do not take part',
    problems: unknown.map((site) => ({ field: `ranks.${site}`, message: 'is not a site of this federation' })),
    expected: titles.join(', '),
  });
}

/** Sites one after the other, since they share the machine. */
function inTurn(sites: ReadonlyMap<string, Site>): Sites {
  return {
    present: () => [...sites.keys()],
    publicKey: (site) => sites.get(site)!.publicKey,
    title: (site) => site,
    async ask(requests, { signal }) {
      const answers = new Map<string, Content | AttuneError>();
      for (const [site, content] of requests) {
        signal.throwIfAborted();
        try {
          answers.set(site, await sites.get(site)!.answer(content));
        } catch (error) {
          signal.throwIfAborted();
          if (!(error instanceof AttuneError)) throw error;
          answers.set(site, error);
        }
      }
      return answers;
    },
  };
}

async function siteTraining(
  plan: Plan,
  { name, own, path, ...options }: SimulateOptions & { name: string; own: string; path: string },
): Promise<LocalTraining> {
  const folder = join(own, 'run');
  const recipe = await siteRecipe(plan, { name, flags: { ...options.flags, train: path }, folder });
  const training = new PausedRun(recipe, { ...options, folder });
  if (options.alone !== true) return training;
  return {
    start: () => training.start(),
    train: (weights, steps) => training.train(weights, steps),
    async finish(weights, from) {
      const shared = await training.finish(weights, from);
      const alone = await againstAlone(recipe, join(own, 'alone'), options);
      return { values: { ...shared.values, ...alone.values }, metrics: { ...shared.metrics, ...alone.metrics } };
    },
  };
}

/** Trains as many steps on the site's rows alone, and compares the result with the shared model on the site's test rows. */
async function againstAlone(recipe: Recipe, folder: string, { inProcess, signal, onEvent }: SimulateOptions) {
  if (!existsSync(join(folder, 'adapter'))) {
    const tuning = { ...recipe.tuning, ...('train_a' in recipe.tuning && { train_a: true }) };
    const evaluation = { ...recipe.evaluation, baselines: 'none' };
    const lonely = await resolveRecipe({ ...recipe, tuning, evaluation, output_dir: folder });
    await train(lonely, { inProcess, signal, onEvent, handleSignals: false, resume: existsSync(folder) });
  }
  const call = { onEvent: onEvent ?? (() => undefined), signal };
  const { comparison } = await compareNamed([recipe.output_dir, folder], call);
  const difference = comparison.differences.find(({ metric }) => metric === comparison.metric)!;
  const other = comparison.systems.find(({ name }) => name !== comparison.subject);
  const value = entryOf(other?.values, comparison.metric);
  return {
    values: { 'against-alone': AGAINST[difference.verdict] },
    metrics: {
      ...(value !== undefined && { alone: value.value }),
      gain: difference.estimate,
      ...(difference.low !== undefined && { 'gain-low': difference.low, 'gain-high': difference.high! }),
    },
  };
}

const AGAINST = { better: 'better', worse: 'worse', 'no-evidence': 'no evidence of a difference' } as const;

interface SiteFile {
  title: string;
  path: string;
}

/** The sites' files: as given, or one file split into several. */
async function siteFiles(folder: string, { data, sites, by }: SimulateOptions): Promise<SiteFile[]> {
  if (data.length > 1) return data.map((path, place) => ({ title: `site-${place + 1}`, path: resolve(path) }));
  const rows = await groupedLines(data[0], by);
  const groups =
    by === undefined
      ? dealt(
          rows.map(({ line }) => line),
          sites ?? 3,
        )
      : largest(rows, sites);
  return [...groups].map(([title, lines]) => {
    const own = join(folder, 'sites', title);
    makeFolders(own);
    const path = join(own, 'rows.jsonl');
    writeFileAtomic(path, `${lines.join('\n')}\n`);
    return { title, path };
  });
}

interface GroupedLine {
  group: string;
  /** The row as JSON. */
  line: string;
}

/** @throws AttuneError E_COLUMN_MISSING, and for rows that cannot be read */
async function groupedLines(file: string, by: string | undefined): Promise<GroupedLine[]> {
  const problems: Problem[] = [];
  const lines: GroupedLine[] = [];
  for await (const { value: row } of rawRows(file, (problem) => problems.push(problem))) {
    if (by !== undefined && row[by] === undefined)
      throw new AttuneError('E_COLUMN_MISSING', {
        what: `${file} has no column ${by}`,
        expected: Object.keys(row).join(', '),
        fix: 'give --by one of these',
      });
    lines.push({ group: by === undefined ? '' : String(row[by]), line: JSON.stringify(row) });
  }
  if (problems.length > 0)
    throw new AttuneError('E_BAD_ROWS', {
      what: `${file} has rows that cannot be read`,
      problems,
      fix: 'correct or remove these rows',
    });
  return lines;
}

function dealt(lines: readonly string[], count: number): Map<string, string[]> {
  const groups = new Map(
    Array.from({ length: count }, (_, i) => [
      `site-${String(i + 1).padStart(String(count).length, '0')}`,
      [] as string[],
    ]),
  );
  const names = [...groups.keys()];
  for (const [i, line] of lines.entries())
    groups.get(names[Math.floor(randomUnit([42, 'site of a row', i]) * count)])!.push(line);
  return groups;
}

/** The `count` largest groups, by default all. */
function largest(rows: readonly GroupedLine[], count?: number): Map<string, string[]> {
  const groups = Map.groupBy(rows, ({ group }) => group.replaceAll(/[^\p{L}\p{N}_-]+/gu, '-').slice(0, 60) || 'none');
  const kept = [...groups].sort(([a, x], [b, y]) => y.length - x.length || (a < b ? -1 : 1)).slice(0, count);
  return new Map(kept.map(([name, own]) => [name, own.map(({ line }) => line)]));
}
