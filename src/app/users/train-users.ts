import { rmSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import type { EventSink } from '../../base/events.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { PersonalFindings } from '../../jobs/personal/personal.ts';
import { openSession, type Session } from '../../jobs/worker/index.ts';
import { TraceStore } from '../../monitoring/index.ts';
import { ownerOf } from '../../monitoring/traces/trace-writer.ts';
import { rememberLoop } from '../improve/erase-rows.ts';
import { beginCycle, lockLoop, planned, runSteps } from '../improve/improve.ts';
import { DecisionLog, type Decision } from '../improve/improvement-decisions.ts';
import type { Plan } from '../improve/improvement-plan.ts';
import { rowLayout } from '../improve/retraining-recipe.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { useCase } from '../use-cases/users-train.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { personalLoop, personalLoops, userFolder, type PersonalLoop } from './user-folders.ts';
import { deletePersonal } from './delete-personal.ts';
import type { TrainedUser, TrainedUsers } from './user-models.ts';
import { BY, personalSteps, type PersonalParts } from './personal-steps.ts';
import { personalRecipe, sharedModel } from './shared-model.ts';

export type TrainUsersOptions = CallOptions<typeof useCase>;

/**
 * Trains users' own models as far as possible now, each from the user's own corrections and conversations, through the
 * states of the improvement loop: quarantine, training, gate, canary. Stops between users; the next call resumes.
 * @throws AttuneError E_CONTINUOUS, E_NO_CHAMPION, E_IMPROVE_BUSY, E_TASK_UNSUPPORTED, and errors of training
 */
export async function trainUsers(file: string, options: TrainUsersOptions = {}): Promise<TrainedUsers> {
  const { onEvent = () => undefined, signal = new AbortController().signal } = options;
  const { plan, recipe } = await planned(file);
  if (plan.users === undefined) throw noUsers(file);
  rememberLoop(plan);
  const store = await TraceStore.open();
  const worker = new LazySession(onEvent);
  try {
    const shared = await sharedModel(plan, { onEvent, signal });
    const parts: PersonalParts = { shared, loop: plan.folder, session: () => worker.open() };
    const own = await personalRecipe(plan, recipe, shared);
    const context: UsersContext = { plan, recipe: own, store, parts, onEvent, signal, onDecision: options.onDecision };
    const seen = await lastSeen(store, plan.model);
    const asked = options.user?.map((user) => store.keys.hash(ownerOf({ user })));
    const users: TrainedUser[] = [];
    for (const owner of asked ?? [...seen.keys()]) {
      signal.throwIfAborted();
      const trained = await trainUser(context, owner, seen.get(owner) ?? 0);
      if (trained === undefined) continue;
      users.push(trained);
      options.onUser?.(trained);
    }
    return { model: plan.model, version: shared.version, users };
  } finally {
    await worker.close();
    await store.close();
  }
}

interface UsersContext {
  plan: Plan;
  recipe: Recipe;
  store: TraceStore;
  parts: PersonalParts;
  onEvent: EventSink;
  signal: AbortSignal;
  onDecision?: (decision: Decision) => void;
}

/** Undefined for an idle user who has no model to delete. */
async function trainUser(context: UsersContext, owner: string, seenAt: number): Promise<TrainedUser | undefined> {
  const { plan, parts } = context;
  const { idle } = plan.users!;
  const own = userFolder(plan.folder, owner);
  if (idle !== undefined && Date.now() - seenAt > idle) return evict(plan, owner, seenAt);
  const loop = personalLoop(plan.folder, parts.shared, owner);
  makeFolders(loop.folder);
  const lock = lockLoop(loop.folder);
  const log = new DecisionLog(loop.folder);
  try {
    return await advance(context, loop, log);
  } finally {
    log.close();
    lock.release();
    if (log.decisions.length === 0) rmSync(own, { recursive: true, force: true });
  }
}

async function evict(plan: Plan, owner: string, seenAt: number): Promise<TrainedUser | undefined> {
  const loops = personalLoops(plan, owner);
  if (loops.length === 0) return undefined;
  for (const one of loops) await deletePersonal(one, BY);
  rmSync(userFolder(plan.folder, owner), { recursive: true, force: true });
  const reason = `not seen since ${new Date(seenAt).toISOString().slice(0, 10)} (users.idle)`;
  return { user: owner, state: 'evicted', reason };
}

async function advance(
  { plan, recipe, parts, store, onEvent, signal, onDecision }: UsersContext,
  loop: PersonalLoop,
  log: DecisionLog,
): Promise<TrainedUser> {
  const { owner } = loop;
  beginCycle(log, { onDecision });
  const before = log.decisions.length;
  const source = { model: plan.model, owner };
  const layout = await rowLayout(recipe, signal);
  const about = { plan: personalPlan(plan, loop), recipe, layout, log, store, source, onEvent, signal };
  const waitsFor = await runSteps(personalSteps(parts), { ...about, now: () => Date.now() }, onDecision);
  // Models trained on earlier versions of the shared model are obsolete.
  for (const one of personalLoops(plan, owner)) if (one.name !== loop.name) await deletePersonal(one, BY);
  const told = log.decisions.slice(before).find(({ facts }) => facts.findings !== undefined);
  const reason = waitsFor ?? (told ?? log.decisions.at(-1))!.reason;
  const findings = told?.facts.findings as PersonalFindings | undefined;
  return { user: owner, state: log.state, reason, ...(findings !== undefined && { findings }) };
}

/** The user's loop: their rows alone, for a model of their own, approved by its gate. */
function personalPlan(plan: Plan, { name, folder }: PersonalLoop): Plan {
  const { traffic, ...from } = plan.from;
  const { rows } = plan.users!;
  return {
    ...plan,
    model: name,
    folder,
    // Without a judge, nobody would have checked the answers.
    from: { ...from, ...(traffic?.judge !== undefined && { traffic }) },
    retrain: { ...plan.retrain, when: { rows, onDrift: false } },
    approve: 'auto',
  };
}

/** Time of each user's last request or feedback, by pseudonym. */
export async function lastSeen({ database }: TraceStore, model: string): Promise<Map<string, number>> {
  const seen = new Map<string, number>();
  for (const table of ['feedback', 'traces'] as const) {
    const rows = await database
      .selectFrom(table)
      .select(({ fn }) => ['user', fn.max('at').as('at')])
      .where('model', '=', model)
      .where('user', 'is not', null)
      .groupBy('user')
      .orderBy('user')
      .execute();
    for (const { user, at } of rows) seen.set(user!, greatest([seen.get(user!) ?? 0, Number(at)]));
  }
  return seen;
}

/** The worker, started by the first user who has enough rows. */
class LazySession {
  readonly #onEvent: EventSink;
  #session: Promise<Session> | undefined;

  constructor(onEvent: EventSink) {
    this.#onEvent = onEvent;
  }

  open(): Promise<Session> {
    this.#session ??= openSession({ job: 'personal', input: {}, handleSignals: false, onEvent: this.#onEvent });
    return this.#session;
  }

  async close(): Promise<void> {
    const session = await this.#session?.catch(() => undefined);
    await session?.close().catch(() => undefined);
  }
}

function noUsers(file: string): AttuneError {
  return new AttuneError('E_CONTINUOUS', {
    what: `${file} does not ask for users' own models`,
    expected: '`users` in `continuous`: the limits of their training',
    fix: 'add it, for example users: {rows: 30, idle: 90d}',
  });
}
