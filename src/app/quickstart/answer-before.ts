import { loadData } from '../../data/index.ts';
import { expectedText, promptText } from '../../scoring/prompt-text.ts';
import type { EventSink } from '../../base/events.ts';
import { openTalker } from '../talk.ts';

export interface AnswerBeforeOptions {
  /** The base: a folder or a known name. */
  model: string;
  maxNewTokens: number;
  /** One line for people. */
  onLine: (line: string) => void;
  onEvent: EventSink;
  signal?: AbortSignal;
}

const ROWS = 3;

/** Shows the base model's answers to a few held-out rows next to the expected ones, as a starting point. */
export async function answerBefore(file: string, options: AnswerBeforeOptions): Promise<void> {
  const { model, maxNewTokens, onLine, onEvent, signal } = options;
  const { splits } = await loadData({ train: file, seed: 0 });
  const rows = splits.train.slice(0, ROWS);
  const talker = await openTalker({ target: model, onEvent, signal });
  try {
    const completions = await talker.answer(rows.map(promptText), { maxNewTokens, stop: ['\n'] }, { signal });
    for (const [i, row] of rows.entries()) {
      onLine(oneLine(promptText(row)));
      onLine(`  the base answers  ${oneLine(completions[i].text)}`);
      onLine(`  expected          ${oneLine(expectedText(row) ?? '')}`);
    }
  } finally {
    await talker.close();
  }
}

const LONGEST = 54;

/** Shortens a text for narrow terminals. */
function oneLine(text: string): string {
  const line = text.trim().replaceAll('\n', ' ⏎ ');
  if (line === '') return '(nothing)';
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
