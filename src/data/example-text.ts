import { imagesIn, type Message } from '../text/message.ts';
import type { Example } from './example.ts';

/** What rows are compared by: all that a model would read or learn, without system prompts, which whole sets share. */
export function textOf(example: Example): string {
  switch (example.kind) {
    case 'chat':
      return ofImages(turnsText(example.messages), example.messages);
    case 'completion':
      return `${example.prompt}\n${example.completion}`;
    case 'text':
      return example.text;
    case 'preference':
    case 'feedback':
    case 'stepwise':
    case 'prompt':
      return [answerText(example.prompt), ...answersIn(example)].join('\n');
    // Files are the same where their bytes are.
    case 'speech':
    case 'recording':
      return example.media.hash;
    case 'image-text':
      return `${example.media.hash}\n${example.text}`;
    case 'classification':
      if (example.media !== undefined) return example.media.hash;
      return example.textPair === undefined ? example.text : `${example.text}\n${example.textPair}`;
    case 'tagged':
      return example.words.join(' ');
    case 'question':
      return `${example.question}\n${example.context}`;
    case 'pair':
      return `${example.anchor}\n${example.positive}`;
    case 'graded':
      return `${example.first}\n${example.second}`;
    case 'items':
      return example.items.join('\n');
    case 'multilabel':
    case 'regression':
      return example.textPair === undefined ? example.text : `${example.text}\n${example.textPair}`;
    default:
      return example satisfies never;
  }
}

function answersIn(
  example: Extract<Example, { kind: 'preference' | 'feedback' | 'stepwise' | 'prompt' }>,
): readonly string[] {
  if (example.kind === 'preference') return [answerText(example.chosen)];
  if (example.kind === 'feedback') return [answerText(example.completion)];
  return example.kind === 'stepwise' ? example.completions : [];
}

/** The question alone, so that one question with two answers does not straddle splits; undefined where there is none. */
export function questionOf(example: Example): string | undefined {
  switch (example.kind) {
    case 'chat': {
      const last = example.messages.findLastIndex(({ role }) => role === 'assistant');
      const asked = example.messages.slice(0, last);
      return ofImages(turnsText(asked), asked);
    }
    case 'completion':
      return example.prompt;
    case 'pair':
      return example.anchor;
    case 'preference':
    case 'feedback':
    case 'stepwise':
      return answerText(example.prompt);
    default:
      return undefined;
  }
}

/** Whether a chat template renders it: a conversation, or a prompt of messages, whatever is learnt of the answers to it. */
export function hasTurns(example: Example): boolean {
  return example.kind === 'chat' || ('prompt' in example && typeof example.prompt !== 'string');
}

function answerText(value: string | readonly Message[]): string {
  return typeof value === 'string' ? value : turnsText(value);
}

/** A text about images, with them after each word: texts about other images have no run of words in common. */
function ofImages(text: string, messages: readonly Message[]): string {
  const hashes = imagesIn(messages).map(({ hash }) => hash.slice(0, 12));
  if (hashes.length === 0) return text;
  const words = text.split(/\s+/).filter((word) => word !== '');
  return [hashes.join(' '), ...words.map((word) => `${word} ${hashes.join('')}`)].join(' ');
}

function turnsText(messages: readonly Message[]): string {
  const turns = messages.filter(({ role }) => role !== 'system' && role !== 'developer');
  return turns
    .map(({ content, tool_calls: calls }) => (calls ? `${content} ${JSON.stringify(calls)}` : content))
    .join('\n');
}
