import { loadData, type Example } from '../data/index.ts';
import { promptText } from '../eval/example-text.ts';
import type { Message } from '../text/index.ts';
import { openTalker, type Prompt, type Sampling, type TalkOptions } from './talk.ts';

export interface GenerateRowsOptions extends TalkOptions {
  /** A file of rows in any known format. */
  input: string;
  format?: string;
  sampling: Sampling;
  onProgress?: (done: number, total: number) => void;
}

export interface GeneratedRow {
  file: string;
  line: number;
  prompt: string;
  completion: string;
  finish: 'stop' | 'length';
}

const BATCH = 16;

/** Answers every row of a file. */
export async function generateRows(options: GenerateRowsOptions): Promise<GeneratedRow[]> {
  const { splits } = await loadData({ train: options.input, format: options.format, seed: 0 });
  const talker = await openTalker(options);
  try {
    const rows: GeneratedRow[] = [];
    for (let start = 0; start < splits.train.length; start += BATCH) {
      options.signal?.throwIfAborted();
      const batch = splits.train.slice(start, start + BATCH);
      const completions = await talker.answer(batch.map(promptOf), options.sampling);
      for (const [i, { text, finishReason }] of completions.entries()) {
        rows.push({ ...batch[i].source, prompt: promptText(batch[i]), completion: text, finish: finishReason });
      }
      options.onProgress?.(rows.length, splits.train.length);
    }
    return rows;
  } finally {
    await talker.close();
  }
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
