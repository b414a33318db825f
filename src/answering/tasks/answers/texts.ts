// N tokens of a batch, R rows
import { AttuneError } from '../../../base/errors.ts';
import { pushAll } from '../../../base/many.ts';
import type { ExampleKind } from '../../../data/index.ts';
import { expectedText } from '../../../scoring/prompt-text.ts';
import {
  askedRow,
  isAskedByName,
  isChat,
  promptOf,
  type Asked,
  type AskedRow,
  type AskingStyle,
} from '../../../scoring/asked.ts';
import { likeliest } from '../../../scoring/decisions.ts';
import type { PredictOptions, Prediction } from '../../../scoring/predictor.ts';
import { softmax } from '../../../scoring/softmax.ts';
import {
  constraintFor,
  generate,
  type Completion,
  type GenerationOptions,
  type SeenImages,
} from '../../decoding/index.ts';
import { imageTexts } from '../rows/image-tokens.ts';
import { Renderer, type ImageFile } from '../../../models/text/index.ts';
import { seeImages } from './see-images.ts';
import { traitsOf } from '../../../models/base-traits.ts';
import { answerBorder, borderedConstraint } from './plain-answers.ts';
import { likelihoods, type Likely } from './likelihoods.ts';
import { TEMPLATE_DATE, TOO_LONG, type AnswerOptions, type Answering } from './answering.ts';

/** Number of rows between progress reports; batching is up to the generator. */
const BATCH = 128;

/** Answers of a language model, the likelihood of the expected answers, and its most likely class. */
export async function answerWithText(
  opened: Answering,
  asked: readonly Asked[],
  options: AnswerOptions & PredictOptions,
): Promise<Prediction[]> {
  if (opened.model.task !== 'causal-lm') throw cannotWrite(opened.model.task);
  const style = options.style ?? (await chooseStyle(opened, options.practice ?? []));
  const predictions: Prediction[] = [];
  for (let start = 0; start < asked.length; start += BATCH) {
    options.signal?.throwIfAborted();
    pushAll(predictions, await answerBatch(opened, asked.slice(start, start + BATCH), { ...options, style }));
    options.onProgress?.(predictions.length, asked.length);
  }
  return predictions;
}

type BatchOptions = AnswerOptions & PredictOptions & { style: AskingStyle };

async function answerBatch(opened: Answering, asked: readonly Asked[], options: BatchOptions): Promise<Prediction[]> {
  const all = await fitShots(opened, asked, options);
  const readable = all.filter(({ isTooLong }) => !isTooLong);
  const answers = (await answerFitted(opened, readable, options)).values();
  return all.map(({ example, isTooLong }) =>
    isTooLong ? { id: example.id, unreadable: TOO_LONG } : answers.next().value!,
  );
}

async function answerFitted(
  opened: Answering,
  fitted: readonly Fitted[],
  options: BatchOptions,
): Promise<Prediction[]> {
  const likely = await likelihoods(
    opened,
    fitted.map(({ example }, i) => fitted[i].row ?? example),
  );
  const chosen = await chooseClasses(opened, fitted, options);
  const writing = [...fitted.keys()].filter((i) => fitted[i].row !== undefined && chosen[i] === undefined);
  const texts = await writeAnswers(
    opened,
    writing.map((i) => fitted[i]),
    options,
  );
  const written: (Completion | undefined)[] = [];
  for (const [place, i] of writing.entries()) written[i] = texts[place];
  return fitted.map(({ example, prompt }, i): Prediction => {
    const completion = written[i];
    const likelihood = likely[i];
    if (likelihood === 'too long') return { id: example.id, unreadable: TOO_LONG };
    return {
      id: example.id,
      likelihood,
      ...chosen[i],
      ...(completion && { text: answerOf(completion.text, example.kind), finish: completion.finishReason }),
      usage: { inputTokens: prompt.length, outputTokens: completion?.ids.length ?? 0 },
    };
  });
}

/** Answers in the order of the rows; each is constrained if the context has room for the shortest valid answer. */
async function writeAnswers(
  opened: Answering,
  writing: readonly Fitted[],
  { maxNewTokens, stop, held, signal }: BatchOptions,
): Promise<Completion[]> {
  const isPlain = writing.every(({ row }) => row?.kind === 'completion');
  const wanted = held?.[isPlain ? 'plain' : 'chat'];
  const asked = writing.map(({ row }) => promptOf(row!));
  const spec = wanted && borderedConstraint(wanted, asked, opened.tokenizer);
  const constraint = spec && (await constraintFor(spec, opened.tokenizer, { signal }));
  const { maxPositions } = traitsOf(opened.model);
  const isHeld = ({ prompt }: Fitted) =>
    constraint !== undefined && prompt.length + constraint.shortest <= maxPositions;
  const answers = new Map<Fitted, Completion>();
  const write = async (rows: readonly Fitted[], ending: GenerationOptions) => {
    if (rows.length === 0) return;
    const prompts = rows.map(({ prompt }) => prompt);
    const texts = await withSeen(opened, rows, (images) =>
      generate({ ...opened, images }, prompts, { ...ending, signal }),
    );
    signal?.throwIfAborted();
    for (const [place, row] of rows.entries()) answers.set(row, texts[place]);
  };
  if (constraint !== undefined) {
    const room = Math.max(maxNewTokens, constraint.shortest);
    await write(writing.filter(isHeld), { maxNewTokens: room, constraint: () => constraint.begin() });
  }
  const free = writing.filter((row) => !isHeld(row));
  // Chat turns have an end token, which a model that was never trained on turns does not generate.
  await write(free, { maxNewTokens, stop });
  return writing.map((row, i) => answerBorder(asked[i], opened.tokenizer).whole(answers.get(row)!));
}

/** Runs `work` with the encoded images of rows. */
async function withSeen<Result>(
  opened: Answering,
  rows: readonly Fitted[],
  work: (images: (SeenImages | undefined)[]) => Promise<Result>,
): Promise<Result> {
  using seen = new DisposableStack();
  const images: (SeenImages | undefined)[] = [];
  for (const row of rows) images.push(seen.use(await seeImages(opened, row.images)));
  return await work(images);
}

/** Classes and numbers follow "Label:" and a space. */
function answerOf(text: string, kind: ExampleKind): string {
  return isAskedByName(kind) ? text.trim() : text;
}

interface Fitted extends Asked {
  /** Undefined for rows of plain text, which have no prompt. */
  row?: AskedRow;
  /** Token ids; empty without a row. */
  prompt: Int32Array;
  /** Images for its image tokens. */
  images?: readonly ImageFile[];
  isTooLong: boolean;
}

/** Keeps as many of a row's few-shot examples and passages as fit before the question, with room for the answer. */
export async function fitShots(
  { model, tokenizer, media }: Pick<Answering, 'model' | 'tokenizer' | 'media'>,
  asked: readonly Asked[],
  options: Pick<BatchOptions, 'style' | 'maxNewTokens'>,
): Promise<Fitted[]> {
  const { maxPositions } = traitsOf(model);
  const renderer = new Renderer(tokenizer, { now: TEMPLATE_DATE, images: imageTexts({ tokenizer, media }) });
  return Promise.all(
    asked.map(async (one): Promise<Fitted> => {
      let { shots = [], passages = [] } = one;
      for (;;) {
        const row = askedRow({ ...one, shots, passages }, options.style, tokenizer.answerSpace);
        if (row === undefined) return { ...one, prompt: new Int32Array(), isTooLong: false };
        const { ids: prompt, images } = await renderer.prompt(promptOf(row));
        const hasRoom = prompt.length + options.maxNewTokens <= maxPositions;
        if (hasRoom || shots.length + passages.length === 0)
          return { ...one, shots, passages, row, prompt, images, isTooLong: prompt.length >= maxPositions };
        if (shots.length > 0) shots = shots.slice(0, -1);
        else passages = passages.slice(0, -1);
      }
    }),
  );
}

/** The most likely of the classes that a row may have, for rows with classes. */
async function chooseClasses(
  opened: Answering,
  fitted: readonly Fitted[],
  { labels = [], style }: BatchOptions,
): Promise<(Pick<Prediction, 'text' | 'label' | 'scores'> | undefined)[]> {
  const candidates = fitted.flatMap((one, i) =>
    one.example.kind !== 'classification'
      ? []
      : labels.map((label) => ({
          i,
          row: askedRow({ ...one, example: { ...one.example, label } as typeof one.example }, style)!,
        })),
  );
  const likely = await likelihoods(
    opened,
    candidates.map(({ row }) => row),
  );
  const logProbs = fitted.map((): number[] => []);
  for (const [place, { i }] of candidates.entries()) logProbs[i].push(-nats(likely[place], Infinity));
  return logProbs.map((values) => {
    if (values.length === 0) return undefined;
    const label = labels[likeliest(values)];
    const probabilities = softmax(values);
    return { text: label, label, scores: Object.fromEntries(labels.map((name, c) => [name, probabilities[c]])) };
  });
}

/**
 * Chooses chat turns or plain text, whichever gives solved rows the higher likelihood; rows that are conversations
 * already have no choice.
 */
export async function chooseStyle(opened: Answering, practice: readonly Asked[]): Promise<AskingStyle> {
  const rows = practice.filter(({ example }) => !isChat(example) && expectedText(example) !== undefined);
  const likelyIn = (style: AskingStyle) =>
    likelihoods(
      opened,
      rows.flatMap((one) => askedRow(one, style) ?? []),
    );
  const [plain, chat] = [await likelyIn('plain'), await likelyIn('chat')];
  // Compares only rows that fit in both styles.
  const gain = plain.reduce((sum, one, i) => {
    const [before, after] = [nats(one, Number.NaN), nats(chat[i], Number.NaN)];
    return Number.isNaN(before - after) ? sum : sum + before - after;
  }, 0);
  return gain > 0 ? 'chat' : 'plain';
}

function nats(likely: Likely, otherwise: number): number {
  return typeof likely === 'object' ? likely.negativeLogLikelihood : otherwise;
}

function cannotWrite(task: string): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `A model for the task ${task} does not generate text`,
    expected: 'a language model',
  });
}
