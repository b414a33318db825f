import { describe, expect, test } from 'vitest';
import { inTrainedForm } from '../../src/app/prompt-form.ts';
import { modelCard } from '../../src/store/model-card.ts';
import { promptFormOf, type ResultNotesFile } from '../../src/jobs/model/result-notes.ts';
import { commonSystemPrompt } from '../../src/jobs/train/result/write-result.ts';
import { assistant, user } from './text-conversations.ts';

const system = (content: string) => ({ role: 'system', content }) as const;

describe('a prompt', () => {
  test('of a text is a turn for a model of conversations, told what it was always told', () => {
    expect(inTrainedForm('Hi', { form: 'chat' })).toEqual({ messages: [user('Hi')] });
    const told = inTrainedForm('Hi', { form: 'chat', systemPrompt: 'Be kind.' });
    expect(told).toEqual({ messages: [system('Be kind.'), user('Hi')] });
  });

  test('of one question is a text for a model of plain prompts', () => {
    expect(inTrainedForm({ messages: [user('Hi')] }, { form: 'plain' })).toBe('Hi');
    expect(inTrainedForm('Hi', { form: 'plain' })).toBe('Hi');
  });

  test('that has more than a question stays what it is, and so does one to a model of unknown training', () => {
    const long = { messages: [user('Hi'), assistant('Yes?'), user('Go')] };
    expect(inTrainedForm(long, { form: 'plain' })).toBe(long);
    expect(inTrainedForm('Hi', undefined)).toBe('Hi');
  });
});

describe('the notes of a result', () => {
  test('say how it is asked', () => {
    expect(promptFormOf({ has_template: false } as ResultNotesFile)).toBe('plain');
    expect(promptFormOf({ has_template: true } as ResultNotesFile)).toBe('chat');
    expect(promptFormOf(undefined)).toBeUndefined();
  });

  test('hold the system message that all conversations begin with', () => {
    const row = (told: string) => ({ messages: [system(told), user('a'), assistant('b')] });
    expect(commonSystemPrompt([row('x'), row('x')])).toBe('x');
    expect(commonSystemPrompt([row('x'), row('y')])).toBeUndefined();
    expect(commonSystemPrompt([row('x'), { messages: [user('a')] }])).toBeUndefined();
    expect(commonSystemPrompt([])).toBeUndefined();
  });
});

test('a model card says in which form the model is asked', () => {
  const parts = { name: 'm', kind: 'adapter', task: 'text-generation', metrics: {}, recipe: {}, identity: {} } as const;
  const plain = modelCard({ ...parts, promptForm: 'plain' });
  expect(plain).toContain('without the chat template');
  expect(plain).toContain("model.answer(['…'])");
  expect(plain).not.toContain('attune chat');
  const chat = modelCard({ ...parts, promptForm: 'chat', systemPrompt: 'Be kind.' });
  expect(chat).toContain("messages: [{ role: 'user'");
  expect(chat).toContain('```text\nBe kind.\n```');
  expect(chat).not.toContain('without the chat template');
});
