import { plural } from '../base/format.ts';
import { AttuneError, type Problem } from '../base/errors.ts';
import { loadData, type Example } from '../data/index.ts';
import { kindOf } from '../data/kinds/index.ts';
import { requireWritable, writeFileAtomic } from '../files/atomic.ts';
import { promptText } from '../scoring/prompt-text.ts';
import type { TokenLogProb } from '../answering/decoding/index.ts';
import type { Answer } from '../answering/generate/generate.ts';
import { rememberedShapes } from '../jobs/rows/remembered-shapes.ts';
import { loadFormatters } from '../jobs/rows/row-formatters.ts';
import { inTrainedForm } from './prompt-form.ts';
import { withRowFiles, type RowFiles } from './rows/temporary-rows.ts';
import { checkSampling, openTalker, type Prompt, type Sampling, type TalkOptions } from './talk.ts';
import type { useCase, GeneratedAnswers, GeneratedRow, LogProbEntry } from './use-cases/generate.ts';
import { columnMapping } from './use-cases/shared/columns-field.ts';
import { openingOf, samplingOf } from './use-cases/shared/sampling-fields.ts';
import type { CallOptions } from './use-cases/use-case.ts';

type GenerateOptions = CallOptions<typeof useCase>;

/** Answers every row in order; if aborted, returns the answers so far. */
export async function generate(model: string, options: GenerateOptions): Promise<GeneratedAnswers> {
  const { input, output } = options;
  if (output !== undefined) requireWritable(output);
  const sampling = rowSamplingOf(options);
  checkSampling(sampling);
  const { onEvent, signal } = options;
  const opening = { ...openingOf(options), target: model, onEvent, signal };
  const rows = await withRowFiles({ input }, options, (files) =>
    generateFrom({ ...options, sampling, opening }, files),
  );
  if (output !== undefined) writeFileAtomic(output, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return { rows: rows.length, output: output ?? null, answers: output === undefined ? rows : undefined };
}

/** @throws AttuneError E_USAGE */
function rowSamplingOf(options: GenerateOptions): Sampling {
  const { n = 1, logprobs: logProbs, language, task, timestamps } = options;
  const sampling = samplingOf(options);
  if (n > 1 && (sampling.temperature ?? 0) === 0) {
    throw new AttuneError('E_USAGE', {
      what: 'Without a temperature, all answers to a row are the same',
      got: `--n ${n}`,
      fix: 'add --temperature 0.8',
    });
  }
  const isSpeech = [language, task, timestamps].some((value) => value !== undefined);
  return { ...sampling, n, logProbs, speech: isSpeech ? { language, task, timestamps } : undefined };
}

type Generating = GenerateOptions & { sampling: Sampling; opening: TalkOptions };

async function generateFrom(options: Generating, files: RowFiles<'input'>): Promise<GeneratedRow[]> {
  const { sampling, opening, signal, onEvent } = options;
  const source = { path: files.paths.input!, mediaFolder: files.mediaFolder('input') };
  const formatters = await loadFormatters([options.format]);
  const { format } = options;
  const columns = await columnMapping(options.columns);
  const known = rememberedShapes([opening.target]);
  const { splits } = await loadData({ train: source, format, columns, formatters, known, isInput: true, seed: 0 });
  const rows = splits.train;
  const n = sampling.n ?? 1;
  const answers: GeneratedRow[][] = [];
  const talker = await openTalker(opening);
  const unlessStopped = (error: unknown) => {
    if (signal?.aborted !== true) throw error instanceof AttuneError ? withPlaces(error, rows) : error;
  };
  try {
    onEvent?.({ type: 'phase-started', phase: 'generate', message: `answering ${plural(rows.length, 'rows')}` });
    let done = 0;
    const progress = { type: 'work-advanced', phase: 'generate', total: rows.length, unit: 'rows' } as const;
    const onAnswer = (row: number, completions: readonly Answer[]) => {
      answers[row] = completions.map((one, sample) => ({
        ...rowOf(rows[row], one, n > 1 ? sample : undefined),
        file: files.names.get(rows[row].source.file) ?? rows[row].source.file,
      }));
      onEvent?.({ ...progress, done: ++done });
    };
    // Rows of plain text are continued, whatever the model was trained on.
    const form = (row: Example) => (kindOf(row).isRunningText ? undefined : talker.trained);
    const prompts = rows.map((row) => inTrainedForm(promptOf(row), form(row)));
    await talker.answer(prompts, sampling, { onAnswer, signal }).catch(unlessStopped);
  } finally {
    await talker.close().catch(unlessStopped);
  }
  return answers.flat();
}

/** Replaces `prompts[i]` in an error's problems with the file and line of that row. */
function withPlaces(error: AttuneError, rows: readonly Example[]): AttuneError {
  const problems = error.problems.map((problem): Problem => {
    const prompt = /^prompts\[(?<index>\d+)\]$/.exec(problem.field ?? '')?.groups?.index;
    if (prompt === undefined) return problem;
    const { file, line } = rows[Number(prompt)].source;
    return { ...problem, field: undefined, file, line };
  });
  return new AttuneError(error.code, { ...error.toJSON(), what: error.what, problems });
}

function rowOf(example: Example, answer: Answer, sample?: number): GeneratedRow {
  const { text, finishReason, logProbs, language, segments } = answer;
  const row = { ...example.source, prompt: shownPrompt(example), completion: text, finish: finishReason };
  return {
    ...row,
    ...(sample !== undefined && { sample }),
    ...(logProbs && { logprobs: logProbs.map((one) => entryOf(one)) }),
    ...(language !== undefined && { language }),
    ...(segments && { segments }),
  };
}

/** A recording is shown as its file name. */
function shownPrompt(example: Example): string {
  const asked = promptOf(example);
  return typeof asked === 'object' && 'audio' in asked ? asked.audio : promptText(example);
}

function entryOf({ id, token, logProb, top }: TokenLogProb & { top?: readonly TokenLogProb[] }): LogProbEntry {
  const entry = { id, token, logprob: logProb };
  return top === undefined ? entry : { ...entry, top_logprobs: top.map((one) => entryOf(one)) };
}

/** Prompt of a row: the conversation up to its last answer, or a text. */
function promptOf(example: Example): Prompt {
  const { request, turns } = kindOf(example);
  if (request !== undefined) return request(example);
  const messages = turns?.(example);
  return messages === undefined ? promptText(example) : { messages: [...messages] };
}
