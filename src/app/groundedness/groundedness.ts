import { plural } from '../../base/format.ts';
import { checkLimits } from '../../scoring/endpoint/budget.ts';
import { endpointFrom } from '../../scoring/endpoint/endpoint.ts';
import { readGroundedRows, type GroundedRow } from '../../evaluation/groundedness/grounded-rows.ts';
import { judgeSupport } from '../../evaluation/groundedness/judge-support.ts';
import {
  checkAnswer,
  groundedSystem,
  type CheckedAnswer,
  type GroundedAnswer,
} from '../../evaluation/groundedness/measure-groundedness.ts';
import { supportModel } from '../../evaluation/groundedness/support.ts';
import { sha256File } from '../../files/hash.ts';
import type { GroundednessResults } from '../../evaluation/assessments/groundedness.ts';
import type { useCase } from '../use-cases/groundedness.ts';
import { judgeOf } from '../use-cases/shared/endpoint-fields.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { assess } from '../assess.ts';
import { contestants, formOf } from '../safety/contestants.ts';
import { withModel, type OpenedModel } from '../safety/ask-all.ts';
import { askedAs, type AskingForm } from '../safety/safety-trial.ts';

export type GroundednessOptions = CallOptions<typeof useCase> & {
  /** In f32, an answer does not depend on the others in its batch. */
  precision?: 'auto' | 'bf16' | 'f32';
};

/** Instruction for the base model. */
const INSTRUCTION =
  'Answer the question from the text alone, in as few words as you can. If the text does not say, answer: I don’t know.';

/** A model with its prompting: plain, or with an instruction. */
interface System {
  name: string;
  instruction?: string;
}

/**
 * Measures whether a model's answers are supported by their sources, whether it abstains if a source lacks the
 * answer, and how well its confidence is calibrated. A run is compared with its base, plain and with instructions.
 * @throws AttuneError E_GROUNDED_ROWS, and errors of models and endpoints
 */
export async function groundedness(target: string, options: GroundednessOptions): Promise<GroundednessResults> {
  const { data, maxRows, instruction = INSTRUCTION } = options;
  const judge = judgeOf(options);
  if (judge !== undefined) checkLimits(judge.limits);
  const rows = (await readGroundedRows(data)).slice(0, maxRows);
  return assess('groundedness', { target, output: options.output }, async (run) => {
    const { before, after } = contestants(run ?? target, { name: target, options });
    const models = before === undefined ? [after] : [after, before];
    const told = { name: `${models.at(-1)!.name}, instructed to keep to the text`, instruction };
    // The run's own prompt form, which its base uses too.
    let form: AskingForm | undefined;
    const measured: (System & { answers: CheckedAnswer[] })[] = [];
    for (const model of models) {
      const systems: System[] = [{ name: model.name }, ...(model === models.at(-1) ? [told] : [])];
      const answers = await withModel(model, options, async (opened) => {
        form ??= await formOf(opened);
        return answersOf(opened, systems, { rows, form, options });
      });
      for (const [i, system] of systems.entries()) measured.push({ ...system, answers: answers[i] });
    }
    return {
      version: 1,
      file: data,
      sha256: await sha256File(data),
      rows: rows.length,
      systems: measured.map(({ name, answers: now }, i) => {
        // The first is compared with the second, if that is another model; each other one with the first.
        const other = i > 0 ? 0 : before && 1;
        return groundedSystem(name, rows, { now, ...(other !== undefined && { before: measured[other].answers }) });
      }),
      by: judge === undefined ? { accuracy: supportModel().accuracy } : { judge: judge.model },
      notes: notesOf(rows),
    };
  });
}

interface Asking {
  rows: readonly GroundedRow[];
  form: AskingForm;
  options: GroundednessOptions;
}

/** Answers of each system, checked against their sources. */
async function answersOf(model: OpenedModel, systems: readonly System[], asking: Asking): Promise<CheckedAnswer[][]> {
  const answers: CheckedAnswer[][] = [];
  for (const system of systems) {
    const given = await withVerdicts(await asked(model, system, asking), asking);
    answers.push(asking.rows.map((row, i) => checkAnswer(row, given[i])));
  }
  return answers;
}

async function asked(model: OpenedModel, system: System, { rows, form, options }: Asking): Promise<GroundedAnswer[]> {
  const { maxNewTokens = 96, onEvent, signal } = options;
  onEvent?.({ type: 'phase-started', phase: 'evaluate', message: `asking ${system.name}` });
  let done = 0;
  const onAnswer = () =>
    onEvent?.({ type: 'work-advanced', phase: 'evaluate', done: ++done, total: rows.length, unit: 'answers' });
  const prompts = rows.map((row) => promptOf(row, system, form));
  const answers = await model.answer(prompts, { temperature: 0, maxNewTokens, logProbs: 0 }, { onAnswer, signal });
  return answers.map(({ text, logProbs = [] }) => ({
    text: text.trim(),
    confidence: Math.exp(logProbs.reduce((sum, { logProb }) => sum + logProb, 0) / Math.max(1, logProbs.length)),
  }));
}

/** Adds verdicts of the judge, if one replaces the classifier. */
async function withVerdicts(answers: readonly GroundedAnswer[], { rows, options }: Asking): Promise<GroundedAnswer[]> {
  const judge = judgeOf(options);
  if (judge === undefined) return [...answers];
  const endpoint = endpointFrom(judge.endpoint, judge.model, judge.limits.keyVariable);
  const texts = answers.map(({ text }) => text);
  const verdicts = await judgeSupport(rows, texts, { endpoint, options: { ...judge.limits, signal: options.signal } });
  return answers.map((answer, i) => ({ ...answer, isSupported: verdicts[i] }));
}

/** The row's own prompt in the form of the model's training rows, or source and question. */
function promptOf({ prompt, source, question }: GroundedRow, { instruction }: System, form: AskingForm) {
  const text = prompt ?? `${source}\n\n${question}`;
  const asked = instruction === undefined ? text : `${instruction}\n\n${text}`;
  return askedAs(asked, form);
}

function notesOf(rows: readonly GroundedRow[]): string[] {
  const silent = rows.filter(({ isAnswered }) => isAnswered === false).length;
  const unknown = rows.filter(({ isAnswered }) => isAnswered === undefined).length;
  return [
    ...(silent === 0 ? ['no row has a source without the answer, so abstention was not tested'] : []),
    ...(unknown > 0
      ? [
          `for ${plural(unknown, 'rows')} it is unknown whether the source contains the answer: they have ` +
            'no answer, not even an empty one',
        ]
      : []),
  ];
}
