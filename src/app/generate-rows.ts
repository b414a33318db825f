import { loadData, type Example } from '../data/index.ts';
import { promptText } from '../eval/example-text.ts';
import type { Completion } from '../generate/index.ts';
import type { Message } from '../text/index.ts';
import { openTalker, type Prompt, type Sampling, type TalkOptions } from './talk.ts';

export interface GenerateRowsOptions extends TalkOptions {
  /** A file of rows in any known format. */
  input: string;
  format?: string;
  sampling: Sampling;
  onProgress?: (done: number, total: number) => void;
}

/** One answer; a row has `n` of them. */
export interface GeneratedRow {
  file: string;
  line: number;
  prompt: string;
  completion: string;
  finish: Completion['finishReason'];
  /** Which of the row's answers, where there are several. */
  sample?: number;
  /** Of each token, where they were asked for. */
  logprobs?: Completion['logProbs'];
}

/** Answers every row of a file, in the file's order. */
export async function generateRows(options: GenerateRowsOptions): Promise<GeneratedRow[]> {
  const { sampling, signal, onProgress } = options;
  const { splits } = await loadData({ train: options.input, format: options.format, seed: 0 });
  const rows = splits.train;
  const talker = await openTalker(options);
  try {
    let done = 0;
    const onAnswer = () => onProgress?.(++done, rows.length);
    const completions = await talker.answer(rows.map(promptOf), sampling, { onAnswer, signal });
    const n = sampling.n ?? 1;
    return completions.map((completion, i) => rowOf(rows[Math.floor(i / n)], completion, n > 1 ? i % n : undefined));
  } finally {
    await talker.close();
  }
}

function rowOf(example: Example, { text, finishReason, logProbs }: Completion, sample?: number): GeneratedRow {
  const row = { ...example.source, prompt: promptText(example), completion: text, finish: finishReason };
  return { ...row, ...(sample !== undefined && { sample }), ...(logProbs && { logprobs: logProbs }) };
}

/** What the model is asked: a conversation up to its last answer, or a text. */
function promptOf(example: Example): Prompt {
  if (example.kind === 'chat') {
    const last = example.messages.findLastIndex(({ role }) => role === 'assistant');
    const messages = last < 0 ? example.messages : example.messages.slice(0, last);
    return { messages: [...messages], tools: example.tools, chatTemplateKwargs: example.chatTemplateKwargs };
  }
  if ('prompt' in example && typeof example.prompt !== 'string')
    return { messages: [...(example.prompt as Message[])] };
  return example.kind === 'text' ? example.text : promptText(example);
}
