/** `retraining` of a user's own model. All other states are those of the improvement loop. */
import { rmSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { briefNumber } from '../../base/figures.ts';
import { formatBytes, plural } from '../../base/format.ts';
import type { PersonalDifference } from '../../jobs/personal/judge-ways.ts';
import type { PersonalFindings, PersonalRequest } from '../../jobs/personal/personal.ts';
import type { Session } from '../../jobs/worker/index.ts';
import { trainingRow } from '../../monitoring/quarantine/row-forms.ts';
import { heldOut } from '../improve/data-version.ts';
import { steps } from '../improve/improve.ts';
import type { RowSource, Step, StepContext, StepOutcome } from '../improve/improvement-step.ts';
import { acceptedRows } from '../improve/quarantine.ts';
import { formOf } from '../improve/retraining-recipe.ts';
import { runFolder } from '../improve/retrain.ts';
import { bytesIn } from '../tidy-runs.ts';
import {
  aliasesOf,
  CHAMPION,
  moveAlias,
  readPersonalName,
  registeredModels,
  withRegistry,
} from '../../store/registry/index.ts';
import { registerModel } from '../registry/register.ts';
import { userFolder } from './user-folders.ts';
import type { SharedModel } from './shared-model.ts';

/** Fewer held-out rows cannot tell whether the user gains. */
const LEAST_HELD = 5;

export const BY = 'attune users train';

type DividedRows = Pick<PersonalRequest, 'train' | 'test'>;

export interface PersonalParts {
  shared: SharedModel;
  /** Folder of the loop that the users belong to. */
  loop: string;
  /** The worker that trains one user after another, started for the first one. */
  session(): Promise<Session>;
}

export function personalSteps(parts: PersonalParts): typeof steps {
  return { ...steps, retraining: personalise(parts) };
}

/** Adapts the shared model to the user's rows, and compares it with retrieval over them and with the shared model. */
function personalise(parts: PersonalParts): Step {
  return async (context) => {
    const { plan, source } = context;
    const { most, storage } = plan.users!;
    const { owner } = source!;
    if ((await othersWithModels(source!)) >= most)
      return { wait: `${plural(most, 'users')} have models of their own already (users.most)` };
    const rows = await dividedRows(context);
    if (rows.test.length < LEAST_HELD || rows.train.length < LEAST_HELD) return tooFew(rows);
    const findings = await findingsOf(parts, context, rows);
    if (findings === undefined) return tooSlow(context);
    const bytes = bytesIn(userFolder(parts.loop, owner));
    if (bytes > storage) return tooLarge(context, { bytes, findings });
    if (findings.use !== 'shared') await beginWithShared(plan.model, parts.shared);
    return outcomeOf(findings);
  };
}

/** Undefined if it took too long. */
async function findingsOf(
  { shared, session }: PersonalParts,
  { plan, recipe, folder, signal }: StepContext,
  rows: DividedRows,
): Promise<PersonalFindings | undefined> {
  const run = runFolder(folder);
  const limit = AbortSignal.timeout(1000 * plan.users!.seconds);
  const own = { ...recipe, output_dir: run };
  const request: PersonalRequest = { recipe: own, folder: run, ...rows, isTuned: shared.isTuned };
  try {
    return await answerOf(await session(), request, AbortSignal.any([signal, limit]));
  } catch (error) {
    if (signal.aborted || !limit.aborted) throw error;
    return undefined;
  }
}

function tooFew({ train, test }: DividedRows): StepOutcome {
  const reason = `${plural(test.length, 'rows')} held out of ${train.length + test.length} are too few to tell`;
  return { to: 'rejected', reason };
}

function tooSlow({ plan, folder }: StepContext): StepOutcome {
  rmSync(runFolder(folder), { recursive: true, force: true });
  const { seconds } = plan.users!;
  return { to: 'rejected', reason: `training and comparison took longer than ${seconds} s (users.seconds)` };
}

function tooLarge(
  { plan, folder }: StepContext,
  { bytes, findings }: { bytes: number; findings: PersonalFindings },
): StepOutcome {
  rmSync(runFolder(folder), { recursive: true, force: true });
  const limit = formatBytes(plan.users!.storage);
  const reason = `the user's files would take ${formatBytes(bytes)} of ${limit} (users.storage)`;
  return { to: 'rejected', reason, facts: { findings } };
}

/** Number of other users of the shared model who have a model of their own. */
async function othersWithModels({ model, owner }: RowSource): Promise<number> {
  const names = await withRegistry(async (registry) => (await registeredModels(registry)).map(({ name }) => name));
  const personal = names.flatMap((name) => readPersonalName(name) ?? []);
  const owners = personal.filter(({ shared }) => shared.startsWith(`${model}@`)).map((one) => one.owner);
  return new Set(owners).difference(new Set([owner])).size;
}

function outcomeOf(findings: PersonalFindings): StepOutcome {
  const facts = { findings };
  const reason = describeFindings(findings);
  return { to: findings.use === 'shared' ? 'rejected' : 'gate', reason, facts };
}

async function answerOf(session: Session, request: PersonalRequest, signal: AbortSignal): Promise<PersonalFindings> {
  for await (const found of session.send<PersonalFindings>(request, signal)) return found;
  signal.throwIfAborted();
  throw new AttuneError('E_WORKER_CRASHED', { what: 'The worker ended a training without its result' });
}

/** Version 1 of every user's own model is the shared one: canaries are compared with it, and rollbacks return to it. */
async function beginWithShared(name: string, { target }: SharedModel): Promise<void> {
  const aliases = await withRegistry(async (registry) => {
    const isKnown = (await registeredModels(registry)).some((one) => one.name === name);
    return isKnown ? aliasesOf(registry, name) : undefined;
  });
  if (aliases?.[CHAMPION] !== undefined) return;
  const version = aliases === undefined ? (await registerModel(name, target, { by: BY })).version : 1;
  const reason = 'the shared model';
  await withRegistry((registry) =>
    moveAlias(registry, { model: name, alias: CHAMPION, version, action: 'promoted', reason, by: BY }),
  );
}

/** The user's accepted rows, with some held out; near-duplicates stay on one side. */
async function dividedRows(context: StepContext): Promise<DividedRows> {
  const { plan, recipe, layout, log } = context;
  const form = formOf(recipe);
  const rows = (await acceptedRows(context)).flatMap((candidate) => {
    const row = trainingRow(candidate, form, layout);
    return row === undefined ? [] : [{ candidate, row: row as Record<string, unknown> }];
  });
  const isHeld = await heldOut(
    rows.map(({ candidate }) => candidate),
    { holdout: plan.retrain.holdout, seed: log.cycle, known: [] },
  );
  return {
    train: rows.filter((_, i) => !isHeld[i]).map(({ row }) => row),
    test: rows.filter((_, i) => isHeld[i]).map(({ row }) => row),
  };
}

const TITLES = {
  adapter: 'their adapter',
  retrieval: 'retrieval over their rows',
  shared: 'the shared model',
} as const;

/** "their adapter answers: bits_per_byte 1.58 against 2.65 of the shared model (+0.81 to +1.33), …" */
export function describeFindings({ use, metric, values, differences, rows }: PersonalFindings): string {
  const { adapterShared, retrievalShared } = differences;
  const told = [
    `their adapter ${shown(values.adapter)} (${intervalOf(adapterShared)})`,
    ...(retrievalShared ? [`retrieval ${shown(values.retrieval)} (${intervalOf(retrievalShared)})`] : []),
  ];
  return `${TITLES[use]} answers: ${metric} of the shared model ${shown(values.shared)}, ${told.join(', ')} on ${plural(rows.test, 'rows')}`;
}

function shown(value: number | undefined): string {
  return value === undefined ? 'unknown' : briefNumber(value, 3);
}

/** Gain over the shared model with its 95 % interval. */
function intervalOf({ estimate, low, high }: PersonalDifference): string {
  const sign = (value: number): string => `${value > 0 ? '+' : ''}${briefNumber(value, 2)}`;
  return low === undefined || high === undefined ? sign(estimate) : `${sign(estimate)}; ${sign(low)} to ${sign(high)}`;
}
