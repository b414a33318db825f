/** Rows that preserve a model's own refusals: requests that it refuses and answers before tuning. */
import { resolve } from 'node:path';
import { AttuneError } from '../../base/errors.ts';
import { classifyAnswer } from '../../evaluation/safety/answer-classifier.ts';
import { rehearsalSets } from '../../evaluation/safety/rehearsal.ts';
import type { SafetySet } from '../../evaluation/safety/safety-set.ts';
import { requireWritable, writeFileAtomic } from '../../files/atomic.ts';
import type { Answer } from '../../answering/generate/generate.ts';
import type { useCase, SafetyRows, RehearsedKind } from '../use-cases/safety-rows.ts';
import type { CallOptions } from '../use-cases/use-case.ts';
import { ownRun } from '../compare/systems.ts';
import { withModel, type OpenedModel } from './ask-all.ts';
import { formOf } from './contestants.ts';
import { setNamed } from './published.ts';
import { askedAs, spread, type AskingForm } from './safety-trial.ts';

export type SafetyRowsOptions = CallOptions<typeof useCase>;

/**
 * Writes rows for `retention.replay`: harmful requests that the model refuses and harmless ones that it answers, in
 * its own words (self-distillation, after Qi et al. 2023 and Bianchi et al. 2024).
 * @throws AttuneError E_NO_REFUSALS if it refuses nothing, E_SAFETY_SET, and errors of opening models
 */
export async function safetyRows(target: string, options: SafetyRowsOptions): Promise<SafetyRows> {
  const file = resolve(options.output);
  requireWritable(file);
  const sets = options.set === undefined || options.set.length === 0 ? rehearsalSets() : await named(options.set);
  if (!sets.some(({ kind }) => kind === 'harmful')) throw nothingHarmful();
  const name = (await ownRun(target)) ?? target;
  return withModel({ name: target, target: name }, options, async (model) => {
    const form = await formOf(model, options.system);
    const all: Rehearsed[] = [];
    for (const set of sets) all.push(await rehearse(model, set, { ...options, form }));
    const refused = all.filter(({ kind }) => kind === 'harmful');
    if (refused.every(({ rows }) => rows.length === 0)) throw noRefusals(target, refused);
    const lines = all.flatMap(({ rows }) => rows).map((row) => `${JSON.stringify(row)}\n`);
    writeFileAtomic(file, lines.join(''));
    return { file, kinds: all.map(({ rows, ...rest }) => ({ ...rest, kept: rows.length })) };
  });
}

async function named(sets: readonly string[]): Promise<SafetySet[]> {
  return (await Promise.all(sets.map((set) => setNamed(set)))).flat();
}

interface Rehearsed extends Omit<RehearsedKind, 'kept'> {
  rows: object[];
}

type Asking = SafetyRowsOptions & { form: AskingForm };

async function rehearse(model: OpenedModel, { kind, prompts }: SafetySet, asking: Asking): Promise<Rehearsed> {
  const { form, maxRows, maxNewTokens = 128, onEvent, signal } = asking;
  const asked = spread(prompts, maxRows);
  onEvent?.({ type: 'phase-started', phase: 'evaluate', message: `sending ${kind} requests to ${model.name}` });
  let done = 0;
  const onAnswer = () => {
    onEvent?.({ type: 'work-advanced', phase: 'evaluate', done: ++done, total: asked.length, unit: 'answers' });
  };
  const asks = asked.map(({ prompt }) => askedAs(prompt, form));
  const answers = await model.answer(asks, { temperature: 0, maxNewTokens }, { onAnswer, signal });
  const ended = answers.flatMap((answer, i) => (isEnded(answer) ? [{ answer, ...asked[i] }] : []));
  const wanted = kind === 'harmful' ? 'refused' : 'complied';
  const kept = ended.filter(({ answer, prompt }) => classifyAnswer('refusal', answer.text, prompt).label === wanted);
  const rows = kept.map(({ answer, prompt }) => rowOf(prompt, answer.text.trim(), form));
  return { kind, asked: asked.length, tooLong: answers.filter((answer) => !isEnded(answer)).length, rows };
}

function isEnded({ finishReason }: Answer): boolean {
  return finishReason === 'stop';
}

/** A row in the form of the model's prompts. */
function rowOf(prompt: string, answer: string, form: AskingForm): object {
  const asked = askedAs(prompt, form);
  if (typeof asked === 'string' || !('messages' in asked)) return { prompt, completion: answer };
  return { messages: [...asked.messages, { role: 'assistant', content: answer }] };
}

function nothingHarmful(): AttuneError {
  return new AttuneError('E_SAFETY_SET', {
    what: 'The prompt sets contain no harmful requests',
    expected: 'rows of kind harmful, whose refusals are kept, and harmless ones',
    fix: 'add some, or use the built-in prompts by giving no sets',
  });
}

function noRefusals(target: string, refused: readonly Rehearsed[]): AttuneError {
  const [asked, tooLong] = (['asked', 'tooLong'] as const).map((key) =>
    refused.reduce((sum, one) => sum + one[key], 0),
  );
  return new AttuneError('E_NO_REFUSALS', {
    what: `${target} has no refusals to keep`,
    got: `none of ${asked} harmful requests was refused${tooLong > 0 ? `; ${tooLong} answers had no end` : ''}`,
    expected: 'a model trained to refuse',
    fix: tooLong > 0 ? 'allow longer answers: --max-new-tokens' : undefined,
  });
}
