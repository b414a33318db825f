/** Served answers for reading and rating, on this machine or on a running server, in the same form. */
import { AttuneError } from '../../base/errors.ts';
import { answerList, wholeAnswer, type AnswerList, type WholeAnswer } from '../../serving/endpoints/answers.ts';
import {
  addFeedback,
  answerPlace,
  findAnswer,
  findAnswers,
  signalNames,
  TextRedactor,
  TraceStore,
  type AnswerFilter,
  type SignalName,
} from '../../monitoring/index.ts';
import type { useCase as listing } from '../use-cases/answers-list.ts';
import type { useCase as rating, RatedAnswer } from '../use-cases/answers-rate.ts';
import type { useCase as showing } from '../use-cases/answers-show.ts';
import type { OptionsOf } from '../use-cases/use-case.ts';
import { askServer } from './remote.ts';

/** @throws AttuneError E_USAGE, E_SERVER, E_TRACES */
export async function listAnswers(options: OptionsOf<typeof listing> & { model?: string } = {}): Promise<AnswerList> {
  const { server, keyVariable, limit = 20, after, model, version, since, search, alarm, unrated = false } = options;
  const flagged = flagOf(options.flagged);
  if (server !== undefined) {
    const asked = {
      model,
      version,
      search,
      alarm,
      after,
      limit: Math.min(limit, 100),
      since: since === undefined ? undefined : Math.floor(since / 1e3),
      flagged: flagged === undefined ? undefined : String(flagged),
      unrated: unrated ? 'true' : undefined,
    };
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(asked)) if (value !== undefined) query.set(name, String(value));
    return askServer<AnswerList>(server, `/v1/attune/answers?${query}`, { keyVariable });
  }
  const filter: AnswerFilter = {
    model,
    version,
    since,
    flagged,
    alarm,
    isUnrated: unrated,
    ...(search !== undefined && search !== '' && { text: search }),
  };
  return withStore(async (store) => answerList(await findAnswers(store, filter, { limit, after })));
}

/** @throws AttuneError E_NO_ANSWER, E_SERVER, E_TRACES */
export async function showAnswer(
  id: string,
  { server, keyVariable }: OptionsOf<typeof showing> = {},
): Promise<WholeAnswer> {
  if (server !== undefined)
    return askServer<WholeAnswer>(server, `/v1/attune/answers/${encodeURIComponent(id)}`, { keyVariable });
  return withStore(async (store) => {
    const found = await findAnswer(store, answerPlace(id));
    if (found === undefined) throw noAnswer(id);
    return wholeAnswer(found);
  });
}

/** Adds feedback as any client can. @throws AttuneError E_USAGE, E_NO_ANSWER, E_SERVER, E_TRACES */
export async function rateAnswer(
  answer: string,
  { server, keyVariable, ...rated }: OptionsOf<typeof rating>,
): Promise<RatedAnswer> {
  const said = Object.values(rated).filter((value) => value !== undefined);
  if (said.length === 0) {
    throw new AttuneError('E_USAGE', {
      what: 'No feedback is given',
      expected: '--thumb, --score, --label, --correction or --comment',
      fix: 'give at least one',
    });
  }
  if (rated.thumb !== undefined && rated.score !== undefined)
    throw new AttuneError('E_USAGE', { what: 'A thumb and a score cannot be combined', fix: 'give one of them' });
  const { id: trace, choice } = answerPlace(answer);
  if (server !== undefined) {
    const { thumb, score, ...rest } = rated;
    const body = { completion_id: trace, choice_index: choice, ...rest, score: thumb ?? score };
    const receipt = await askServer<{ id: string; can_train: boolean }>(server, '/v1/attune/feedback', {
      keyVariable,
      body,
    });
    return { id: receipt.id, answer, canTrain: receipt.can_train };
  }
  return withStore(async (store) => {
    await using redactor = new TextRedactor(store.keys.secretFor('surrogates'));
    const added = await addFeedback(store, redactor, { ...rated, trace, choice, isAdmin: true });
    if (added === undefined) throw noAnswer(answer);
    return { id: added.receipt.id, answer, canTrain: added.receipt.canTrain };
  });
}

function flagOf(text: string | undefined): true | SignalName | undefined {
  if (text === undefined) return undefined;
  if (text === 'any') return true;
  const known = signalNames.find((name) => name === text);
  if (known !== undefined) return known;
  throw new AttuneError('E_USAGE', {
    what: 'Unknown signal',
    got: text,
    expected: `any, ${signalNames.join(', ')}`,
  });
}

function noAnswer(id: string): AttuneError {
  return new AttuneError('E_NO_ANSWER', {
    what: 'No such answer is stored on this machine',
    got: id,
    expected: 'the id of an answer that has not expired',
    fix: '`attune answers list` lists them; --server asks a running server',
  });
}

async function withStore<Result>(work: (store: TraceStore) => Promise<Result>): Promise<Result> {
  const store = await TraceStore.open();
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
