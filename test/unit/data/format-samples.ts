/** Rows of each format, on which the contracts of formats and kinds are tested: a new format needs one here. */
import type { FormatName } from '../../../src/data/formats/index.ts';

type Row = Record<string, unknown>;

const turn = (role: string, content: string) => ({ role, content });
const chat = [turn('user', 'Hi'), turn('assistant', 'Hello!')];

/** A row of each format, the columns that identify it, and the resulting kind. */
export const SAMPLES: Record<FormatName, { row: Row; reason: string; kind: string }[]> = {
  decisions: [
    {
      row: {
        state: 's',
        questions: { a: { type: 'noul', criteria: null }, b: { type: 'choice', criteria: { x: 'one', y: null } } },
        answers: { a: true, b: 'y' },
      },
      reason: 'state, questions',
      kind: 'decision',
    },
    {
      row: {
        state: { text: 's' },
        questions: [{ id: 'a', type: 'score', instructions: 'i', options: ['low', 'high'], label: 1 }],
      },
      reason: 'state, questions',
      kind: 'decision',
    },
  ],
  decision_lines: [
    {
      row: { state: 's', question: 'q', type: 'choice', options: ['x', 'y'], label: 'x' },
      reason: 'state, question, type',
      kind: 'decision',
    },
  ],
  preference: [
    { row: { prompt: 'p', chosen: 'a', rejected: 'b' }, reason: 'chosen, rejected', kind: 'preference' },
    {
      row: {
        input: { messages: [turn('user', 'p')] },
        preferred_output: [turn('assistant', 'a')],
        non_preferred_output: [turn('assistant', 'b')],
      },
      reason: 'input, preferred_output, non_preferred_output',
      kind: 'preference',
    },
  ],
  stepwise: [
    {
      row: { prompt: 'p', completions: ['a', 'b'], labels: [true, 0.2] },
      reason: 'prompt, completions, labels',
      kind: 'stepwise',
    },
    {
      row: { prompt: [turn('user', 'p')], completions: '["a"]', labels: '[false]' },
      reason: 'prompt, completions, labels',
      kind: 'stepwise',
    },
  ],
  kto: [
    { row: { prompt: 'p', completion: 'c', label: true }, reason: 'prompt, completion, label', kind: 'feedback' },
    { row: { messages: chat, label: 'False' }, reason: 'messages, label', kind: 'feedback' },
    {
      row: { instruction: 'i', output: 'o', kto_tag: false },
      reason: 'instruction, output, kto_tag',
      kind: 'feedback',
    },
  ],
  messages: [{ row: { messages: chat, prompt: 'p', id: 3 }, reason: 'messages', kind: 'chat' }],
  sharegpt: [
    {
      row: {
        conversations: [
          { from: 'human', value: 'Hi' },
          { from: 'gpt', value: 'Hello!' },
        ],
      },
      reason: 'conversations',
      kind: 'chat',
    },
  ],
  alpaca: [
    {
      row: { instruction: 'i', input: '', output: 'o', text: 'all of it' },
      reason: 'instruction, output',
      kind: 'chat',
    },
  ],
  prompt_completion: [
    { row: { prompt: 'p', completion: 'c', label: 'spam' }, reason: 'prompt, completion', kind: 'completion' },
  ],
  classification: [{ row: { text: 't', label: 3 }, reason: 'text, label', kind: 'classification' }],
  // Any existing file: its content is only read when it is used.
  image_classification: [
    { row: { image: 'LICENSE', label: 'cat' }, reason: 'image, label', kind: 'classification' },
    { row: { file_name: 'package.json', label: 'cat' }, reason: 'file_name, label', kind: 'classification' },
  ],
  audio_classification: [{ row: { audio: 'LICENSE', label: 'yes' }, reason: 'audio, label', kind: 'classification' }],
  recordings: [
    { row: { audio: 'fixtures/audio/tone.mp3' }, reason: 'audio', kind: 'recording' },
    { row: { id: 3, file: 'fixtures/audio/tone.mp3' }, reason: 'file', kind: 'recording' },
  ],
  speech: [
    { row: { audio: 'LICENSE', sentence: 's' }, reason: 'audio, sentence', kind: 'speech' },
    { row: { path: 'fixtures/audio/tone.mp3', sentence: 's' }, reason: 'path, sentence', kind: 'speech' },
  ],
  image_text: [{ row: { image: 'LICENSE', caption: 'c' }, reason: 'image, caption', kind: 'image-text' }],
  translation: [
    { row: { source: 'a', target: 'b' }, reason: 'source, target', kind: 'completion' },
    { row: { translation: { en: 'a', de: 'b' } }, reason: 'translation', kind: 'completion' },
  ],
  sequences: [
    { row: { items: ['a', 3], user: 7 }, reason: 'items', kind: 'items' },
    { row: { basket: '["a","b"]' }, reason: 'basket', kind: 'items' },
  ],
  interactions: [
    { row: { user: 'u', item: 'a', timestamp: '12.5' }, reason: 'user, item', kind: 'items' },
    { row: { user_id: 1, item_id: 2 }, reason: 'user_id, item_id', kind: 'items' },
  ],
  questions: [
    {
      row: { question: 'q', context: 'a b', answers: { text: ['b'], answer_start: [2] } },
      reason: 'question, context',
      kind: 'question',
    },
    { row: { question: 'q', context: 'a b', answer: 'b' }, reason: 'question, context', kind: 'question' },
  ],
  tagged: [{ row: { tokens: ['a', 'b'], ner_tags: ['O', 'B-X'] }, reason: 'tokens, ner_tags', kind: 'tagged' }],
  spans: [
    { row: { text: 'a b', spans: [{ start: 2, end: 3, label: 'X' }] }, reason: 'text, spans', kind: 'tagged' },
    { row: { text: 'a b', entities: [] }, reason: 'text, entities', kind: 'tagged' },
  ],
  pairs: [
    { row: { anchor: 'a', positive: 'b' }, reason: 'anchor, positive', kind: 'pair' },
    { row: { query: 'a', positive: 'b', negative: 'c' }, reason: 'query, positive', kind: 'pair' },
  ],
  graded_pairs: [
    { row: { sentence1: 'a', sentence2: 'b', score: '0.5' }, reason: 'sentence1, sentence2, score', kind: 'graded' },
  ],
  multilabel: [
    { row: { text: 't', labels: ['b', 'a', 'b'] }, reason: 'text, labels', kind: 'multilabel' },
    { row: { text: 't', labels: 'a|b' }, reason: 'text, labels', kind: 'multilabel' },
    { row: { text: 't', label: '["a"]' }, reason: 'text, label', kind: 'multilabel' },
  ],
  regression: [
    { row: { text: 't', label: 3.5 }, reason: 'text, label', kind: 'regression' },
    { row: { text: 't', label: '-0.25' }, reason: 'text, label', kind: 'regression' },
  ],
  text: [{ row: { text: 't', url: 'u' }, reason: 'text', kind: 'text' }],
  prompt_only: [{ row: { prompt: 'p', answer: '42' }, reason: 'prompt', kind: 'prompt' }],
};
