import { existsSync, readFileSync } from 'node:fs';
import { basename, dirname, extname, isAbsolute, resolve } from 'node:path';
import { AttuneError, type Problem } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import { hasCredentials } from '../../base/secrets.ts';
import { writeFileAtomic } from '../../files/atomic.ts';
import { missingFile } from '../../files/bytes.ts';
import { isBucketUrl, parseS3Url } from '../../store/objects/s3-url.ts';
import { checkPipeline } from '../../preparation/index.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import type { ExportedJob, useCase } from '../use-cases/export-job.ts';
import { estimate } from '../estimate.ts';
import { resolveRecipe } from '../recipe/index.ts';
import { jobForms } from './forms.ts';
import type { JobPlan } from './job-plan.ts';

export type ExportJobOptions = CallOptions<typeof useCase>;

/**
 * Writes a job for a scheduler that runs a recipe or a pipeline file. The same inputs give the same bytes.
 * @throws AttuneError E_USAGE, E_RECIPE, E_BAD_PIPELINE, E_JOB_SECRET; as `estimate`
 */
export async function exportJob(file: string, options: ExportJobOptions): Promise<ExportedJob> {
  const { to, output = `${nameOf(file)}.${to}.${to === 'slurm' ? 'sh' : 'yaml'}` } = options;
  const form = jobForms[to];
  const text = readText(file);
  const { parse, stringify } = await import('yaml');
  const tree = parse(text, { logLevel: 'error' }) as Record<string, unknown>;
  const kind: JobPlan['kind'] = 'sources' in tree ? 'pipeline' : 'recipe';
  if (!form.kinds.includes(kind)) throw otherKind(file, kind, to);
  const readsFiles = kind === 'pipeline' ? hasRelative(checkPipeline(tree, file)) : options.data === undefined;
  const problems = problemsOf({ kind, readsFiles }, options);
  if (problems.length > 0) throw new AttuneError('E_USAGE', { what: `${file} cannot become a job`, problems });
  const memoryGiB = options.memory ?? (await memoryFor(kind, tree, { ...options, file }));
  const { data, parts, secret, claim } = options;
  const plan: JobPlan = {
    name: nameOf(file),
    image: options.image ?? 'attune',
    kind,
    count: options.count ?? 1,
    cpus: options.cpus ?? USUAL_CPUS,
    memoryGiB,
    text,
    folder: readsFiles ? dirname(resolve(file)) : undefined,
    data,
    parts,
    secret,
    claim,
  };
  const written = form.write(plan);
  // Long lines are not folded: some readers of block scalars differ there.
  writeFileAtomic(resolve(output), typeof written === 'string' ? written : stringify(written, { lineWidth: 0 }));
  return { file: resolve(output), form: to, kind, count: plan.count, memoryGiB, start: form.start(output) };
}

const USUAL_CPUS = 4;

function readText(file: string): string {
  if (!existsSync(file)) throw missingFile(file);
  const text = readFileSync(file, 'utf8');
  if (!hasCredentials(text)) return text;
  throw new AttuneError('E_JOB_SECRET', {
    what: `${file} contains a password or key, which would be readable in the job`,
    fix: 'remove it from the address; PGPASSWORD and AWS_… variables are read where the job runs',
  });
}

/** Whether a pipeline reads files by paths that are relative to its own. */
function hasRelative({ sources, sql }: ReturnType<typeof checkPipeline>): boolean {
  const paths = [...sources, ...Object.values(sql?.tables ?? {})];
  return paths.some((path) => !isAbsolute(path) && !/^[a-z][a-z0-9+.-]*:/i.test(path));
}

/** A DNS label: lower case letters, digits and dashes. */
function nameOf(file: string): string {
  const name = basename(file, extname(file))
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-');
  return (
    name
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, MOST_NAME)
      .replace(/-$/, '') || 'attune'
  );
}

/** JobSet appends `-workers-0-0` and more within the 63 characters of a label. */
const MOST_NAME = 40;

const NAME = /^[a-z0-9]([-a-z0-9.]{0,61}[a-z0-9])?$/;
const IMAGE = /^[\w.:/@-]{1,500}$/;

/** @returns all defects of the options */
function problemsOf(
  { kind, readsFiles }: { kind: JobPlan['kind']; readsFiles: boolean },
  options: ExportJobOptions,
): Problem[] {
  const { to, data, parts, secret, claim, image } = options;
  const problems: Problem[] = [];
  const note = (field: string, message: string): void => void problems.push({ field, message });
  for (const [field, name] of Object.entries({ '--secret': secret, '--claim': claim }))
    if (name !== undefined && !NAME.test(name)) note(field, `"${name}" is not a valid Kubernetes name`);
  if (image !== undefined && !IMAGE.test(image)) note('--image', `"${image}" is not the name of an image`);
  for (const [field, url] of Object.entries({ '--data': data, '--parts': parts }))
    if (url !== undefined && isBucketUrl(url)) parseS3Url(url, field);
  if (data !== undefined && !isBucketUrl(data)) note('--data', 'is not a bucket: s3://BUCKET/PREFIX');
  if (kind === 'pipeline' && parts === undefined) note('--parts', 'missing: the folder or bucket for all parts');
  if (kind === 'pipeline' && data !== undefined)
    note('--data', 'only for recipes: a pipeline names its bucket in sources');
  if ((to === 'trainjob' || to === 'jobset') && claim === undefined)
    note('--claim', 'missing: runs and checkpoints would be lost with the pod; name a volume claim');
  if (to === 'indexed-job' && readsFiles && claim === undefined)
    note('--claim', 'missing: relative sources are files of the volume, mounted at /work; or name a bucket in sources');
  if (kind === 'recipe' && parts !== undefined) note('--parts', 'only for pipelines');
  return problems;
}

function otherKind(file: string, kind: JobPlan['kind'], to: string): AttuneError {
  const fitting = Object.entries(jobForms).filter(([, { kinds }]) => kinds.includes(kind));
  return new AttuneError('E_USAGE', {
    what: `${file} is a ${kind}, which ${to} does not run`,
    expected: `--to ${fitting.map(([name]) => name).join(', ')}`,
  });
}

const GIB = 2 ** 30;
/** Memory of a shard: a unit of its files, the readers and the steps. */
const SHARD_GIB = 4;
/** Factor on the estimate that leaves memory for the page cache of weights and rows. */
const RESERVE = 1.25;

/** Memory for one machine, from the estimate for the recipe's own tuning, storage and optimizer. */
async function memoryFor(
  kind: JobPlan['kind'],
  tree: Record<string, unknown>,
  { file, onEvent, signal }: ExportJobOptions & { file: string },
): Promise<number> {
  if (kind === 'pipeline') return SHARD_GIB;
  const {
    model,
    training: { optimizer },
    ...recipe
  } = await resolveRecipe(tree, { file });
  const { tuning, storage } = recipe;
  const { estimates } = await estimate(model, {
    recipe: { tuning, storage, training: { optimizer } } as never,
    onEvent,
    signal,
  });
  const here = estimates.filter(({ machine }) => machine === 'this machine');
  return Math.ceil((RESERVE * greatest(here.map(({ memory }) => memory))) / GIB);
}
