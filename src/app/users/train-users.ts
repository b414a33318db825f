import { existsSync } from 'node:fs';
import { AttuneError } from '../../base/errors.ts';
import { greatest } from '../../base/many.ts';
import type { EventSink } from '../../base/events.ts';
import { makeFolders } from '../../files/make-folder.ts';
import type { PersonalFindings } from '../../jobs/personal/personal.ts';
import { openSession, type Session } from '../../jobs/worker/index.ts';
import { TraceStore } from '../../monitoring/index.ts';
import { ownerOf } from '../../monitoring/traces/trace-writer.ts';
import { CHAMPION, aliasesOf, moveAlias, registeredModels, withRegistry } from '../../store/registry/index.ts';
import { rememberLoop } from '../improve/erase-rows.ts';
import { beginCycle, lockLoop, planned, runSteps } from '../improve/improve.ts';
import { DecisionLog, type Decision, type State } from '../improve/improvement-decisions.ts';
import type { Plan } from '../improve/improvement-plan.ts';
import { rowLayout } from '../improve/retraining-recipe.ts';
import { registerModel } from '../registry/register.ts';
import type { Recipe } from '../../training/recipe/recipe.ts';
import type { useCase } from '../use-cases/users-train.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { personalLoop, personalLoops, usersIn, type PersonalLoop } from './places.ts';
import { deletePersonal } from './delete-personal.ts';
import { personalSteps, type PersonalParts } from './personal-steps.ts';
import { personalRecipe, sharedModel, type SharedModel } from './shared-model.ts';

export interface TrainedUser {
  /** Pseudonym of the user. */
  user: string;
  state: State | 'evicted' | 'over quota';
  /** Reason for waiting, or of the last decision. */
  reason: string;
  /** Figures of this call's training. */
  findings?: PersonalFindings;
}

export interface TrainedUsers {
  model: string;
  /** Version of the shared model that they start from. */
  version: number;
  users: TrainedUser[];
}

export type TrainUsersOptions = CallOptions<typeof useCase>;

const BY = 'attune users train';

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
      users.push(await trainUser(context, owner, seen.get(owner) ?? 0));
      options.onUser?.(users.at(-1)!);
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

async function trainUser(context: UsersContext, owner: string, seenAt: number): Promise<TrainedUser> {
  const { plan, parts, store, recipe, onEvent, signal, onDecision } = context;
  const { idle, most } = plan.users!;
  const loop = personalLoop(plan.folder, parts.shared, owner);
  if (idle !== undefined && Date.now() - seenAt > idle) {
    for (const one of personalLoops(plan, owner)) await deletePersonal(one, BY);
    return { user: owner, state: 'evicted', reason: `not seen since ${new Date(seenAt).toISOString().slice(0, 10)} (users.idle)` };
  }
  if (!existsSync(loop.folder) && usersIn(plan.folder).filter((user) => user !== owner).length >= most)
    return { user: owner, state: 'over quota', reason: `${most} users have models of their own (users.most)` };
  makeFolders(loop.folder);
  const lock = lockLoop(loop.folder);
  const log = new DecisionLog(loop.folder);
  try {
    beginCycle(log, { onDecision });
    await beginWithShared(loop, parts.shared);
    const before = log.decisions.length;
    const source = { model: plan.model, owner };
    const layout = await rowLayout(recipe, signal);
    const about = { plan: personalPlan(plan, loop), recipe, layout, log, store, source, onEvent, signal };
    const waitsFor = await runSteps(personalSteps(parts), { ...about, now: () => Date.now() }, onDecision);
    // Earlier versions of the shared model have been replaced, and with them what was trained on them.
    for (const one of personalLoops(plan, owner)) if (one.name !== loop.name) await deletePersonal(one, BY);
    const made = log.decisions.slice(before);
    const findings = made.map(({ facts }) => facts.findings).find((found) => found !== undefined);
    const told = made.findLast(({ facts }) => facts.findings !== undefined) ?? log.decisions.at(-1);
    const reason = waitsFor ?? (log.state === 'promoted' || log.state === 'rejected' ? told!.reason : '');
    return { user: owner, state: log.state, reason, ...(findings !== undefined && { findings: findings as PersonalFindings }) };
  } finally {
    log.close();
    lock.release();
  }
}

/** The user's loop: their rows alone, for a model of their own, approved by its gate. */
function personalPlan(plan: Plan, { name, folder }: PersonalLoop): Plan {
  const { traffic, ...from } = plan.from;
  const { rows } = plan.users!;
  return {
    ...plan,
    model: name,
    folder,
    // Without a judge nobody would have looked at the answers.
    from: { ...from, ...(traffic?.judge !== undefined && { traffic }) },
    retrain: { ...plan.retrain, when: { rows, onDrift: false } },
    approve: 'auto',
  };
}

/** Version 1 of every user's own model is the shared one: canaries are compared with it, and rollbacks return to it. */
async function beginWithShared({ name }: PersonalLoop, { target }: SharedModel): Promise<void> {
  const isKnown = await withRegistry(async (registry) => {
    const known = (await registeredModels(registry)).some((one) => one.name === name);
    return known && (await aliasesOf(registry, name))[CHAMPION] !== undefined;
  });
  if (isKnown) return;
  const { version } = await registerModel(name, target, { by: BY });
  const reason = 'the shared model';
  await withRegistry((registry) =>
    moveAlias(registry, { model: name, alias: CHAMPION, version, action: 'promoted', reason, by: BY }),
  );
}

/** When each user last asked a model or said something about its answers, by pseudonym. */
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
