/**
 * Generates rows from documents with a teacher model behind an OpenAI-compatible endpoint, and checks each against its
 * source.
 */
import { z } from 'zod';
import { AttuneError } from '../../base/errors.ts';
import { pushAll } from '../../base/many.ts';
import type { ChatExample } from '../../data/example.ts';
import { sectionOrigin, withHeadings, type DataRow, type Item, type Origin } from '@attune/documents';
import { endpointFrom } from '../../scoring/endpoint/endpoint.ts';
import { endpointPredictor } from '../../scoring/endpoint/endpoint-predictor.ts';
import { sha256 } from '../../files/hash.ts';
import { squeezed } from '../grounding.ts';
import { defineStep, rowOf, type StepContext, type StepNotes } from '../preparation-step.ts';
import { taskNames, teacherTask, type TaughtRow, type TeacherTask } from '../teacher-tasks.ts';

const amount = z.number().min(0).nullable().default(null);
const count = z.int().positive();
const options = z.strictObject({
  endpoint: z
    .string()
    .regex(/^https?:\/\/[^#]+#.+$/, 'must be https://HOST/v1#MODEL')
    .describe('teacher: https://HOST/v1#MODEL'),
  task: z
    .enum(taskNames)
    .default('questions')
    .describe('questions with answers, preference pairs, rewritten text, or answers to the prompts of rows'),
  count: count.default(3).describe('maximum rows per section'),
  instruction: z
    .string()
    .min(1)
    .nullable()
    .default(null)
    .describe("instruction for the teacher, instead of the task's own"),
  grounded: z.boolean().default(true).describe('leave out statements that the source does not support'),
  key_variable: z.string().min(1).default('OPENAI_API_KEY').describe("environment variable with the endpoint's key"),
  answer_tokens: count.default(1500).describe('maximum tokens of an answer'),
  concurrency: count.default(4).describe('parallel requests'),
  timeout: count.default(120).describe('timeout per answer in seconds'),
  max_tokens: count.nullable().default(null).describe('stop after this many tokens, input and output'),
  max_cost: amount.describe('stop at this cost'),
  input_price: amount.describe('price of a million input tokens'),
  output_price: amount.describe('price of a million output tokens'),
});

type Options = z.output<typeof options>;

/** Sources requested together; results are in the documents' order. */
const BATCH = 32;

export const step = defineStep<Options>({
  summary:
    'rows written by a teacher model from the documents and checked against them: questions, preference ' +
    'pairs, rewrites; or its answers to prompts',
  takes: ['text', 'row'],
  version: 2,
  options,
  open(given, { signal, onProgress }) {
    const teacher = teacherOf(given, signal);
    const task = teacherTask(given.task, given);
    return async function* run(items, notes) {
      let batch: Source[] = [];
      let done = 0;
      for await (const item of items) {
        pushAll(batch, sourcesOf(item, given, notes));
        if (batch.length < BATCH) continue;
        yield* await taught(batch, { task, teacher, notes });
        onProgress?.((done += batch.length), 'sources processed');
        batch = [];
      }
      yield* await taught(batch, { task, teacher, notes });
    };
  },
});

type Teacher = (task: TeacherTask, texts: readonly string[]) => Promise<(string | undefined)[]>;

function teacherOf(given: Options, signal: StepContext['signal']): Teacher {
  const at = given.endpoint.indexOf('#');
  const endpoint = endpointFrom(given.endpoint.slice(0, at), given.endpoint.slice(at + 1), given.key_variable);
  const { max_tokens: maxTokens, max_cost: maxCost, input_price: inputPrice, output_price: outputPrice } = given;
  const predictor = endpointPredictor('teacher', endpoint, {
    ask: (examples) => examples.map((example) => ({ example })),
    maxNewTokens: given.answer_tokens,
    concurrency: given.concurrency,
    timeout: given.timeout,
    maxTokens: maxTokens ?? undefined,
    maxCost: maxCost ?? undefined,
    inputPrice: inputPrice ?? undefined,
    outputPrice: outputPrice ?? undefined,
  });
  return async (task, texts) => {
    const examples = texts.map((text) => exampleOf(task, text));
    const predictions = await predictor.predict(examples, { signal });
    return predictions.map(({ text }) => text);
  };
}

function exampleOf({ instruction, asksSource = false }: TeacherTask, text: string): ChatExample {
  const system = instruction === '' ? [] : [{ role: 'system', content: instruction } as const];
  const messages = [
    ...system,
    { role: 'user', content: asksSource ? text : `-----\n${text}\n-----` },
    { role: 'assistant', content: '' },
  ] as const;
  return { kind: 'chat', id: sha256(text).slice(0, 16), source: { file: 'teacher', line: 0 }, messages };
}

interface Source {
  item: Item;
  text: string;
  origins: readonly Origin[];
  /** The row to rewrite. */
  row?: DataRow;
  /** Text of each page, for sections that span several. */
  pages?: readonly { page: number; text: string }[];
}

function sourcesOf(item: Item, { task }: Options, notes: StepNotes): Source[] {
  if (item.kind === 'text') {
    if (task === 'rewrite' || task === 'answers') {
      notes.leaveOut(
        item,
        `a document: ${task === 'rewrite' ? 'rewriting takes rows' : 'answers are given to rows'}, such ` +
          'as those of chunks or questions',
      );
      return [];
    }
    const sections = [...withHeadings(item)].filter(({ section }) => section.text !== '');
    return sections.map(({ section, path }) => ({
      item,
      text: [...path.map((heading, index) => `${'#'.repeat(Math.min(6, index + 1))} ${heading}`), section.text].join(
        '\n\n',
      ),
      origins: [sectionOrigin(item, section, path)],
      pages: section.pages?.map(([at, page], index, all) => ({
        page,
        text: section.text.slice(at, all[index + 1]?.[0]),
      })),
    }));
  }
  if (item.kind !== 'row') return [];
  const columns = task === 'answers' ? ['prompt'] : ['completion', 'text'];
  const text = columns.map((column) => item.values[column]).find((value) => typeof value === 'string');
  if (typeof text === 'string') return [{ item, text, origins: item.origins, row: item }];
  notes.leaveOut(item, task === 'answers' ? 'no prompt' : 'neither a text nor a completion');
  return [];
}

async function taught(
  batch: readonly Source[],
  { task, teacher, notes }: { task: TeacherTask; teacher: Teacher; notes: StepNotes },
): Promise<DataRow[]> {
  if (batch.length === 0) return [];
  const answers = await teacher(
    task,
    batch.map(({ text }) => text),
  );
  return batch.flatMap(({ item, text, origins, row, pages }, index) => {
    const answer = answers[index];
    if (answer === undefined) throw new AttuneError('E_ENDPOINT_FAILED', { what: 'The teacher returned no answer' });
    return task.read(answer, text).flatMap((one) => {
      if (typeof one !== 'string') {
        const quoted = one.quote === undefined ? origins : origins.map((origin) => quotedAt(origin, one.quote!, pages));
        return [rowOf(row === undefined ? one.values : rowWith(row, one.values), quoted, item)];
      }
      notes.leaveOut(item, one);
      return [];
    });
  });
}

/** The page that contains a quotation, if the section spans several pages and one of them contains it. */
function quotedAt(origin: Origin, quote: string, pages: Source['pages']): Origin {
  const said = squeezed(quote);
  const page = said === '' ? undefined : pages?.find(({ text }) => squeezed(text).includes(said))?.page;
  if (page === undefined) return { ...origin, quote };
  const { lastPage: _, ...rest } = origin;
  return { ...rest, page, quote };
}

/** A row with its text rewritten, or with an answer; questions about it become separate rows. */
function rowWith({ values }: DataRow, taught: TaughtRow['values']): Record<string, unknown> {
  if ('text' in taught) return { ...values, ['completion' in values ? 'completion' : 'text']: taught.text };
  return 'prompt' in taught ? taught : { ...values, ...taught };
}
