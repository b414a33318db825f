/** `retraining` of a user's own model. All other states are those of the improvement loop. */
import { rmSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { briefNumber } from '../../base/figures.ts';
import { plural } from '../../base/format.ts';
import type { PersonalDifference, PersonalFindings, PersonalRequest } from '../../jobs/personal/personal.ts';
import type { Session } from '../../jobs/worker/index.ts';
import { trainingRow } from '../../monitoring/quarantine/row-forms.ts';
import { heldOut } from '../improve/data-version.ts';
import { steps } from '../improve/improve.ts';
import type { Step, StepContext, StepOutcome } from '../improve/improvement-step.ts';
import { acceptedRows } from '../improve/quarantine.ts';
import { formOf } from '../improve/retraining-recipe.ts';
import { runFolder } from '../improve/retrain.ts';
import { bytesIn } from '../tidy-runs.ts';
import { userFolder } from './places.ts';
import type { SharedModel } from './shared-model.ts';

/** Fewer held-out rows cannot tell whether the user gains. */
const LEAST_HELD = 5;

export interface PersonalParts {
  shared: SharedModel;
  /** Folder of the loop that the users belong to. */
  loop: string;
  /** The worker that trains one user after the other; opened by the first. */
  session(): Promise<Session>;
}

export function personalSteps(parts: PersonalParts): typeof steps {
  return { ...steps, retraining: personalise(parts) };
}

/** Adapts the shared model to the user's rows, and compares it with retrieval over them and with the shared model. */
function personalise({ shared, loop, session }: PersonalParts): Step {
  return async (context) => {
    const { plan, folder, source, signal } = context;
    const { train, test } = await dividedRows(context);
    if (test.length < LEAST_HELD || train.length < LEAST_HELD)
      return { to: 'rejected', reason: `${plural(test.length, 'rows')} held out of ${train.length + test.length} are too few to tell` };
    const { seconds, storage } = plan.users!;
    const run = runFolder(folder);
    const limit = AbortSignal.timeout(1000 * seconds);
    const request: PersonalRequest = { recipe: { ...context.recipe, output_dir: run }, folder: run, train, test, isTuned: shared.isTuned };
    let findings: PersonalFindings;
    try {
      findings = await answerOf(await session(), request, AbortSignal.any([signal, limit]));
    } catch (error) {
      rmSync(run, { recursive: true, force: true });
      if (signal.aborted || !limit.aborted) throw error;
      return { to: 'rejected', reason: `training and comparison took longer than ${seconds} s (users.seconds)` };
    }
    const bytes = bytesIn(userFolder(loop, source!.owner));
    if (bytes > storage) {
      rmSync(run, { recursive: true, force: true });
      return { to: 'rejected', reason: `the user's files would take ${bytes} bytes of ${storage} (users.storage)`, facts: { findings } };
    }
    return outcomeOf(findings);
  };
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

/** The user's accepted rows, with some held out; near-duplicates stay on one side. */
async function dividedRows(context: StepContext): Promise<Pick<PersonalRequest, 'train' | 'test'>> {
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

const TITLES = { adapter: 'their adapter', retrieval: 'retrieval over their rows', shared: 'the shared model' } as const;

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
