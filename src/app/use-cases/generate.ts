import { plural } from '../../base/format.ts';
import { AttuneError } from '../../base/errors.ts';
import { withCall } from '../terminal/with-progress.ts';
import { layoutFields } from './shared/layout-fields.ts';
import { samplingFields } from './shared/sampling-fields.ts';
import { defineUseCase } from './use-case.ts';
import type { Completion, SpeechSegment } from '../../answering/decoding/index.ts';

/** Number of answers and their file; the answers themselves if no file was given. */
export interface GeneratedAnswers {
  rows: number;
  output: string | null;
  answers?: GeneratedRow[];
}

/** One answer to a row, which has `n` of them. */
export interface GeneratedRow {
  /** `input` for rows in memory. */
  file: string;
  /** 1-based line, or number of the row in memory. */
  line: number;
  prompt: string;
  completion: string;
  finish: Completion['finishReason'];
  /** Index of the answer, if the row has several. */
  sample?: number;
  /** Log-probabilities of the tokens, if requested; names as in OpenAI's answers. */
  logprobs?: LogProbEntry[];
  /** Language of a recording, for multilingual models. */
  language?: string;
  /** Segments of a recording with times in seconds, if requested. */
  segments?: readonly SpeechSegment[];
}

export interface LogProbEntry {
  id: number;
  token: string;
  logprob: number;
  top_logprobs?: LogProbEntry[];
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'answer every row of a file',
  arguments: ({ argument }) => [argument('model', 'MODEL', 'folder of a run, an adapter or a model, or attune-base')],
  options: (fields) => ({
    input: fields.required(fields.rows('FILE', 'rows in any format that training reads')),
    output: fields.text('FILE', 'JSONL file to write (standard output)', { aliases: ['--to'] }),
    ...layoutFields(fields),
    n: fields.count('COUNT', 'answers per row, with a temperature above 0'),
    logprobs: fields.number('COUNT', 'log-probability of each token, with this many alternatives', {
      least: 0,
      isWhole: true,
    }),
    language: fields.text('CODE', 'language of the recordings (detected)'),
    task: fields.choice(['transcribe', 'translate'], 'NAME', 'recordings: transcribe, or translate into English'),
    timestamps: fields.flag('recordings: return segments with times in seconds'),
    ...samplingFields(fields),
  }),
  effects: ['computes', 'writes-files'],
  examples: [
    'generate runs/tickets --input questions.jsonl --output answers.jsonl',
    'generate runs/tickets --input questions.jsonl --temperature 0.8 --top-p 0.95 --n 4',
    'generate whisper-base --input recordings.jsonl --language de --timestamps',
  ],
  async run({ model, ...options }, call): Promise<GeneratedAnswers> {
    const { generate } = await import('../generate-rows.ts');
    return generate(model, { ...options, ...call });
  },
  async inTerminal({ model, ...options }, console): Promise<GeneratedAnswers> {
    const { generate } = await import('../generate-rows.ts');
    const { signal, ...generated } = await withCall(console, 'stopping', async (call) => {
      return { signal: call.signal, ...(await generate(model, { ...options, ...call })) };
    });
    if (!signal.aborted) return generated;
    const { rows, output, answers } = generated;
    if (answers !== undefined) console.out.write(answers.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const got = `${plural(rows, 'answers')}${output === null ? '' : `, written to ${output}`}`;
    throw new AttuneError('E_STOPPED', { what: 'Stopped before every row was answered', got });
  },
  render: ({ rows, output, answers }) =>
    answers === undefined
      ? `${plural(rows, 'answers')} in ${output}`
      : answers.map((row) => JSON.stringify(row)).join('\n'),
});
