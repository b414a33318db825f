import { AttuneError } from '../../base/errors.ts';
import type { Example, RowShape } from '../../data/index.ts';
import type { MediaKind } from '../../data/media.ts';
import type { Prediction } from '../../scoring/predictor.ts';
import { DEFAULT_NEW_TOKENS, type ConstraintSpec } from '../decoding/index.ts';
import { storages, type StorageName } from '../../methods/storages/index.ts';
import type { Task } from '../../models/architecture.ts';
import type { AnswerKind } from '../tasks/define.ts';
import { tasks } from '../tasks/index.ts';
import type { JobContext, JobRequest } from '../../base/job.ts';
import { asTheyAre, openAsker, type Asker } from '../prompting/asker.ts';
import { answerAsked } from './model-predictor.ts';
import { hears, processorOf } from '../tasks/answers/speech.ts';
import { reportRemark } from '../model/report-remark.ts';
import { openModel, type OpenedModel, type OpenOptions } from '../model/open-model.ts';
import { notedShapes } from '../model/noted-shapes.ts';
import { settleWeights } from '../model/settle-weights.ts';

export interface PredictInput extends OpenOptions {
  /** Folder of a run, an adapter or a model, or a known name. */
  target: string;
  /** How weights are stored during inference; `dense` by default. */
  storage?: StorageName;
}

/** Description of a model that predicts rows. Plain data. */
export interface PredictorDescription {
  task: Task;
  answers: AnswerKind;
  labels?: readonly string[];
  /** Decision thresholds by label, where they were tuned. */
  thresholds?: Readonly<Record<string, number>>;
  /** Whether it answers conversations, as trained or by its template. */
  isChat: boolean;
  /** Reads media files instead of texts. */
  media?: MediaKind;
  /** Layouts of its training rows; empty for models that attune did not train. */
  shapes: readonly RowShape[];
}

/** One request of a session: the model's description, or predictions for rows. Requests are answered in order. */
export type PredictRequest = { examples?: undefined } | (PredictBody & { examples: readonly Example[] });

interface PredictBody {
  maxNewTokens?: number;
  /** Form of generated answers. */
  constraint?: ConstraintSpec;
  /** Rows answered before and in total, for progress. */
  done?: number;
  total?: number;
}

export type PredictChunk = { description: PredictorDescription } | { predictions: Prediction[] };

/** Predicts rows until the session is closed, exactly as comparisons do. @throws AttuneError E_TASK_UNSUPPORTED */
export async function run(input: PredictInput, context: JobContext): Promise<void> {
  const { target } = input;
  context.emit({ type: 'phase-started', phase: 'engine', message: `loading ${target}` });
  const opened = await openModel(target, input);
  reportRemark(opened.tokenizer, context.emit);
  const { task } = opened.model;
  if (tasks[task].elsewhere !== undefined) throw unsupported(target, task);
  if (hears(opened.model)) processorOf(opened); // refuses a model without letters before any row
  settleWeights(opened.model);
  // After settling: converted weights are copies of the tensors that they were made from.
  const method = await storages.load(input.storage ?? opened.storage ?? 'dense');
  const { note } = await method.create(opened.model, {}, 'always');
  if (note !== undefined) context.emit({ type: 'phase-started', phase: 'engine', message: note });
  const asker = await askerOf(opened);
  for await (const request of context.requests as AsyncIterable<JobRequest<PredictRequest, PredictChunk>>) {
    try {
      request.send(await answer({ ...opened, asker }, request, context));
      request.end();
    } catch (error) {
      request.fail(error);
    }
  }
}

function unsupported(target: string, task: Task): AttuneError {
  return new AttuneError('E_TASK_UNSUPPORTED', {
    what: `${target} does not predict rows: its task is ${tasks[task].title}`,
    expected: 'a classifier, a regression, tagging or question-answering model, or one that generates text',
    fix: tasks[task].elsewhere?.predict,
  });
}

/** Puts a prompted model's texts in front of rows. */
function askerOf({ prompted }: OpenedModel): Asker | Promise<Asker> {
  return prompted === undefined ? asTheyAre : openAsker(prompted.prompting);
}

type AskingModel = OpenedModel & { asker: Asker };

async function answer(
  opened: AskingModel,
  request: JobRequest<PredictRequest, PredictChunk>,
  context: JobContext,
): Promise<PredictChunk> {
  const { body } = request;
  const signal = AbortSignal.any([request.signal, context.signal]);
  if (body.examples === undefined) return { description: describe(opened) };
  const { prompted } = opened;
  const {
    examples,
    maxNewTokens = prompted?.maxNewTokens ?? DEFAULT_NEW_TOKENS,
    done: before,
    total,
    constraint,
  } = body;
  const onProgress = (done: number) => {
    if (before === undefined) return;
    context.emit({ type: 'work-advanced', phase: 'generate', done: before + done, total, unit: 'rows' });
  };
  const { stop, style } = prompted ?? {};
  const held = constraint === undefined ? prompted?.held : { plain: constraint, chat: constraint };
  const options = { maxNewTokens, labels: opened.notes?.labels, stop, held, style, signal, onProgress };
  return { predictions: await answerReadable(opened, examples, options) };
}

/** Answers the rows that can be read, so that an unreadable row does not fail the others. */
async function answerReadable(
  opened: AskingModel,
  examples: readonly Example[],
  options: Parameters<typeof answerAsked>[2],
): Promise<Prediction[]> {
  const unreadable = new Map<Example, string>();
  for (;;) {
    const readable = examples.filter((example) => !unreadable.has(example));
    try {
      const asked = await opened.asker.ask(readable);
      const answers = (await answerAsked(opened, asked, options)).values();
      return examples.map((example) => {
        const reason = unreadable.get(example);
        return reason === undefined ? answers.next().value! : { id: example.id, unreadable: reason };
      });
    } catch (error) {
      const faulty = faultyRows(error, readable);
      if (faulty.size === 0) throw error;
      for (const [example, reason] of faulty) unreadable.set(example, reason);
    }
  }
}

/** The rows that an error names by file and line, with each row's problem. */
function faultyRows(error: unknown, examples: readonly Example[]): Map<Example, string> {
  if (!(error instanceof AttuneError)) return new Map();
  const reasons = new Map(error.problems.map(({ file, line, message }) => [`${file}:${line}`, message]));
  const found = examples.flatMap((example) => {
    const reason = reasons.get(`${example.source.file}:${example.source.line}`);
    return reason === undefined ? [] : [[example, reason] as const];
  });
  return new Map(found);
}

function describe({ model, tokenizer, media, notes }: OpenedModel): PredictorDescription {
  const { task } = model;
  const { labels, answerKind } = tasks[task];
  const answers = answerKind?.(model) ?? 'text';
  return {
    task,
    answers,
    labels: answers === 'number' ? undefined : labels?.(model),
    thresholds: model.config.label_thresholds as PredictorDescription['thresholds'],
    isChat: task === 'causal-lm' && (notes?.has_template ?? tokenizer.templates.sources.size > 0),
    media: hears(model) ? 'audio' : media?.kind,
    shapes: notedShapes(notes),
  };
}
