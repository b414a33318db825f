// Q questions of a batch, K largest number of options, P all options together
import { randomPermutation, randomUint32 } from '../../../base/random.ts';
import type { AnsweredQuestion, DecisionExample, DecisionType } from '../../../data/kinds/decision.ts';
import { greatest, smallest } from '../../../base/many.ts';
import type { DecisionPrompt, DecisionReader } from './decision-prompts.ts';
import type { PreparedRow } from './prepared-rows.ts';

/** A question as it appears in a row: all or some of its options, in some order. */
export interface AskedQuestion {
  type: DecisionType;
  /** Number of options. */
  count: number;
  /** Label tokens of the options; empty if each option is scored at its own token. */
  labels: readonly number[];
  target?: readonly number[];
  rewards?: readonly number[];
}

/** The tokens of one question after the state. */
interface QuestionPart extends AskedQuestion {
  /** Plain lists, since rows are stored as JSON apart from their own tokens. */
  ids: readonly number[];
  /** Positions among these where the options are scored. */
  marks: readonly number[];
  /** Lengths of its texts, if each option is a separate text. */
  texts?: readonly number[];
}

/**
 * Questions about one state. Each is a text of the row that attends to the state and itself, or has a text per option
 * that attends only to itself. Options are scored at trained tokens.
 */
export interface DecisionRow extends PreparedRow {
  asked: readonly AskedQuestion[];
  /** Common prefix of all questions, which is read once. */
  state: readonly number[];
  /** The option orders in which each question may be asked; the first is the given one. */
  orders: readonly (readonly QuestionPart[])[];
}

export interface OrderOptions {
  /** Shuffles the options of choices. */
  shuffles: boolean;
  /** Maximum number of options of a choice per question; no limit if undefined. */
  maxOptions?: number;
}

/** An inference row of all questions, with options in the given order. */
export async function askedRow(
  { id, source, state, questions }: DecisionExample,
  prompts: DecisionReader,
): Promise<DecisionRow & { questions: readonly AnsweredQuestion[] }> {
  const read = await Promise.all(questions.map((question) => prompts.prompt(state, question)));
  const orders = questions.map((question, q) => [{ question, prompt: read[q] }]);
  return { ...firstRow({ id, source }, orders), questions };
}

/** A training row of the questions that have an answer. @throws AttuneError E_DECISION_LABELS */
export async function decisionRow(
  { id, source, state, questions }: DecisionExample,
  prompts: DecisionReader,
  options: OrderOptions,
): Promise<DecisionRow> {
  const answered = questions.filter(({ target, rewards }) => target !== undefined || rewards !== undefined);
  const key = keyOf(id);
  const asked = answered.map((question, q) => ordersOf(question, [key, q], options));
  const read = await Promise.all(
    asked.map((orders) =>
      Promise.all(
        orders.map(async (question, order) => {
          const isDrawn = order > 0 && options.shuffles;
          return { question, prompt: await prompts.prompt(state, question, isDrawn) };
        }),
      ),
    ),
  );
  return firstRow({ id, source }, read);
}

interface ReadQuestion {
  question: AnsweredQuestion;
  prompt: DecisionPrompt;
}

function firstRow(about: Pick<DecisionRow, 'id' | 'source'>, read: readonly (readonly ReadQuestion[])[]): DecisionRow {
  const [{ prompt: first }] = read[0];
  const shared = first.state ?? sharedTokens(read.flat().map(({ prompt }) => prompt));
  const orders = read.map((all) => all.map((one) => partOf(one, shared)));
  return assembled({ ...about, state: [...first.ids.subarray(0, shared)], orders }, () => 0);
}

function partOf({ question, prompt }: ReadQuestion, shared: number): QuestionPart {
  const { type, options, target, rewards } = question;
  const { ids, marks, labels, texts } = prompt;
  const read = { ids: [...ids.subarray(shared)], marks: marks.map((mark) => mark - shared), labels };
  const wanted = { ...(target && { target }), ...(rewards && { rewards }) };
  return { type, count: options.length, ...read, ...(texts && { texts }), ...wanted };
}

/** The row with its options in an order drawn for the step; in the given order for evaluation. */
export function drawnRow(row: DecisionRow, at: { seed: number; step: number } | undefined): DecisionRow {
  if (row.orders.every((orders) => orders.length === 1)) return row;
  const key = keyOf(row.id);
  return assembled(row, (q, orders) => {
    if (at === undefined) return 0;
    // The given order may exceed the maximum number of options.
    const first = row.orders[q][0].count > row.orders[q][orders - 1].count ? 1 : 0;
    return first + (randomUint32([at.seed, 'order of options', at.step, key, q]) % (orders - first));
  });
}

/** Seed for drawing orders: an id starts with a hash, unless a caller made it up. */
function keyOf(id: string): number {
  return Number.parseInt(id.slice(0, 8), 16) || 0;
}

function assembled(
  row: Pick<DecisionRow, 'id' | 'source' | 'state' | 'orders'>,
  choose: (question: number, orders: number) => number,
): DecisionRow {
  const { state, orders } = row;
  const parts = orders.map((all, q) => all[choose(q, all.length)]);
  const ids = Int32Array.from([state, ...parts.map((part) => part.ids)].flat());
  const trained = new Uint8Array(ids.length);
  let start = state.length;
  for (const part of parts) {
    for (const mark of part.marks) trained[start + mark] = 1;
    start += part.ids.length;
  }
  return { ...row, ids, trained, asked: parts, ...textsOf(state.length, parts) };
}

/** Segments of a row, and whether they continue the state. */
function textsOf(state: number, parts: readonly QuestionPart[]): Pick<DecisionRow, 'segments' | 'parents'> {
  const texts = parts.flatMap((part) => part.texts ?? [part.ids.length]);
  // A decoder reads a single question behind its state like any text.
  if (texts.length === 1 && (state === 0 || parts[0].labels.length > 0)) return {};
  if (state === 0) return { segments: texts };
  const isApart = parts[0].texts !== undefined;
  return { segments: [state, ...texts], ...(!isApart && { parents: [-1, ...texts.map(() => 0)] }) };
}

/** Number of option orders, or subsets, to draw from. */
const ORDERS = 4;

/** The question as given and, for choices, with its options in other orders. */
function ordersOf(
  question: AnsweredQuestion,
  key: readonly [number, number],
  { shuffles, maxOptions }: OrderOptions,
): AnsweredQuestion[] {
  const count = question.options.length;
  if (question.type !== 'choice' || count < 2) return [question];
  const isCut = maxOptions !== undefined && count > maxOptions;
  return [
    question,
    ...Array.from({ length: isCut || shuffles ? ORDERS : 0 }, (_, order) => {
      const places = [...randomPermutation(count, [0, 'options', ...key, order])];
      return inOrder(question, isCut ? keptPlaces(question, places, maxOptions) : places);
    }),
  ];
}

/** Keeps the right options and drops others from the end. */
function keptPlaces({ target, rewards }: AnsweredQuestion, places: readonly number[], most: number): number[] {
  const worth = target ?? rewards ?? [];
  const best = greatest(worth);
  const isKept = (place: number): boolean => (target === undefined ? worth[place] === best : worth[place] > 0);
  const kept = new Set([...places].sort((a, b) => Number(isKept(b)) - Number(isKept(a))).slice(0, most));
  return places.filter((place) => kept.has(place));
}

function inOrder(question: AnsweredQuestion, places: readonly number[]): AnsweredQuestion {
  const { options, target, rewards } = question;
  const weights = target && places.map((place) => target[place]);
  const sum = weights?.reduce((total, weight) => total + weight, 0) ?? 1;
  return {
    ...question,
    options: places.map((place) => options[place]),
    ...(weights && { target: weights.map((weight) => weight / sum) }),
    ...(rewards && { rewards: places.map((place) => rewards[place]) }),
  };
}

/** Length of the common prefix of all prompts, at most one token less than the shortest, whose last token answers. */
function sharedTokens(prompts: readonly Pick<DecisionPrompt, 'ids'>[]): number {
  const most = smallest(prompts.map(({ ids }) => ids.length)) - 1;
  const [{ ids: first }] = prompts;
  let shared = 0;
  while (shared < most && prompts.every(({ ids }) => ids[shared] === first[shared])) shared++;
  return shared;
}
