/** Served answers to look at and rate, on this machine or on a running server: the same documents in both cases. */
import { AttuneError } from '../../base/errors.ts';
import { answerList, wholeAnswer, type AnswerList, type WholeAnswer } from '../../serve/endpoints/answers.ts';
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
} from '../../watch/index.ts';
import { askServer, type RemoteOptions } from './remote.ts';

export interface AnswerSource extends RemoteOptions {
  /** Address of a running server; this machine unless given. */
  server?: string;
}

export interface ListAnswersOptions extends AnswerSource {
  /** One model's alone. */
  model?: string;
  /** One version's alone. */
  version?: string;
  /** Milliseconds since the epoch. */
  since?: number;
  /** Question or answer contains it. */
  search?: string;
  /** `any`, or a signal such as `refusal`. */
  flagged?: string;
  /** Examples of an alarm, by its id. */
  alarm?: string;
  /** Without feedback. */
  unrated?: boolean;
  /** Most answers of a page. */
  limit?: number;
  /** `next` of the page before. */
  after?: string;
}

/** @throws AttuneError E_USAGE, E_SERVER, E_TRACES */
export async function listAnswers(options: ListAnswersOptions = {}): Promise<AnswerList> {
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
export async function showAnswer(id: string, { server, keyVariable }: AnswerSource = {}): Promise<WholeAnswer> {
  if (server !== undefined)
    return askServer<WholeAnswer>(server, `/v1/attune/answers/${encodeURIComponent(id)}`, { keyVariable });
  return withStore(async (store) => {
    const found = await findAnswer(store, answerPlace(id));
    if (found === undefined) throw noAnswer(id);
    return wholeAnswer(found);
  });
}

export interface AnswerRating {
  thumb?: 'up' | 'down';
  score?: number;
  /** The right class. */
  label?: string;
  /** What the answer should have been. */
  correction?: string;
  comment?: string;
}

export interface RatedAnswer {
  id: string;
  answer: string;
  /** Whether a row to train on can come of it. */
  canTrain: boolean;
}

/** Feedback like that of any client. @throws AttuneError E_USAGE, E_NO_ANSWER, E_SERVER, E_TRACES */
export async function rateAnswer(
  answer: string,
  rating: AnswerRating,
  { server, keyVariable }: AnswerSource = {},
): Promise<RatedAnswer> {
  const said = Object.values(rating).filter((value) => value !== undefined);
  if (said.length === 0) {
    throw new AttuneError('E_USAGE', {
      what: 'Nothing is said of the answer',
      expected: '--thumb, --score, --label, --correction or --comment',
      fix: 'give at least one',
    });
  }
  if (rating.thumb !== undefined && rating.score !== undefined)
    throw new AttuneError('E_USAGE', { what: 'A thumb and a score are both the score', fix: 'give one of them' });
  const { id: trace, choice } = answerPlace(answer);
  if (server !== undefined) {
    const { thumb, score, ...rest } = rating;
    const body = { completion_id: trace, choice_index: choice, ...rest, score: thumb ?? score };
    const receipt = await askServer<{ id: string; can_train: boolean }>(server, '/v1/attune/feedback', {
      keyVariable,
      body,
    });
    return { id: receipt.id, answer, canTrain: receipt.can_train };
  }
  return withStore(async (store) => {
    await using redactor = new TextRedactor(store.keys.secretFor('surrogates'));
    const added = await addFeedback(store, redactor, { ...rating, trace, choice, isAdmin: true });
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
    what: 'There is no such signal',
    got: text,
    expected: `any, ${signalNames.join(', ')}`,
  });
}

function noAnswer(id: string): AttuneError {
  return new AttuneError('E_NO_ANSWER', {
    what: 'No such answer is kept on this machine',
    got: id,
    expected: 'the id of an answer that is not past its time',
    fix: '`attune answers list` names them; --server asks a running server',
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
