import { describe, expect, test } from 'vitest';
import { exampleInTrainedForm, inTrainedForm, missingParts } from '../../../src/app/prompt-form.ts';
import type { Example } from '../../../src/data/example.ts';
import { modelCard } from '../../../src/store/model-card.ts';
import { promptFormOf, type ResultNotesFile } from '../../../src/answering/model/result-notes.ts';
import { conversationForm } from '../../../src/jobs/train/result/conversation-form.ts';
import { assistant, user } from '../models/text/conversations.ts';

const system = (content: string) => ({ role: 'system', content }) as const;
const tool = (name: string) => ({ type: 'function', function: { name } });

describe('a prompt', () => {
  test('of a text is a turn for a model of conversations, told what it was always told', () => {
    expect(inTrainedForm('Hi', { form: 'chat' })).toEqual({ messages: [user('Hi')] });
    const told = inTrainedForm('Hi', { form: 'chat', systemPrompt: 'Be kind.' });
    expect(told).toEqual({ messages: [system('Be kind.'), user('Hi')] });
  });

  test('gets the system message and the tools that all rows had, and it lacks', () => {
    const trained = { form: 'chat', systemPrompt: 'Be kind.', tools: [tool('a')] } as const;
    const [asked, kind] = [user('Hi'), system('Be kind.')];
    expect(inTrainedForm({ messages: [asked] }, trained)).toEqual({ messages: [kind, asked], tools: [tool('a')] });
    const own = { messages: [system('Be short.'), asked], tools: [tool('b')] };
    expect(inTrainedForm(own, trained)).toBe(own);
    expect(inTrainedForm({ messages: [asked], tools: [] }, trained)).toEqual({ messages: [kind, asked], tools: [] });
    const developer = [{ role: 'developer' as const, content: 'Be short.' }, asked];
    expect(inTrainedForm({ messages: developer }, trained)).toEqual({ messages: developer, tools: [tool('a')] });
  });

  test('that lacks what training rows had in ways of their own is missing it', () => {
    const nothing = { system: false, tools: false };
    expect(missingParts({ differs: ['tools'] }, nothing)).toContain('training rows had different tools');
    expect(missingParts({ differs: ['tools'] }, { ...nothing, tools: true })).toBeUndefined();
    expect(missingParts({}, nothing)).toBeUndefined();
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

describe('a row to answer', () => {
  const source = { file: 'q.jsonl', line: 1 };
  const trained = { form: 'chat', systemPrompt: 'Be kind.', tools: [tool('a')] } as const;

  test('is asked with the system message and the tools that all training rows had', () => {
    const row: Example = { kind: 'chat', id: '1', source, messages: [user('Hi')] };
    const whole = { ...row, messages: [system('Be kind.'), user('Hi')], tools: [tool('a')] };
    expect(exampleInTrainedForm(row, trained)).toEqual(whole);
    const prompt: Example = { kind: 'completion', id: '1', source, prompt: 'Hi', completion: '' };
    const open = { ...whole, messages: [...whole.messages, assistant('')] };
    expect(exampleInTrainedForm(prompt, trained)).toEqual(open);
    const own: Example = { ...row, messages: [system('Be short.'), user('Hi')], tools: [] };
    expect(exampleInTrainedForm(own, trained)).toBe(own);
  });

  test('stays what it is for a model of plain prompts, and where it is neither conversation nor prompt', () => {
    const row: Example = { kind: 'chat', id: '1', source, messages: [user('Hi')] };
    expect(exampleInTrainedForm(row, { form: 'plain' })).toBe(row);
    expect(exampleInTrainedForm(row, undefined)).toBe(row);
    const text: Example = { kind: 'text', id: '1', source, text: 'Once' };
    expect(exampleInTrainedForm(text, trained)).toBe(text);
  });
});

describe('the notes of a result', () => {
  test('say how it is asked', () => {
    expect(promptFormOf({ has_template: false } as ResultNotesFile)).toBe('plain');
    expect(promptFormOf({ has_template: true } as ResultNotesFile)).toBe('chat');
    expect(promptFormOf(undefined)).toBeUndefined();
  });

  const row = (parts: object) => ({ id: 'x', source: { file: 'a', line: 1 }, kind: 'chat', ...parts }) as Example;
  const told = (content: string) => row({ messages: [system(content), user('a'), assistant('b')] });
  const bare = row({ messages: [user('a'), assistant('b')] });
  const equipped = (...tools: object[]) => row({ messages: [user('a'), assistant('b')], tools });
  const formOf = (...rows: Example[]) => conversationForm(rows, { answerSpace: false });

  test('hold the system message that all conversations begin with, and say where they differ', () => {
    expect(formOf(told('x'), told('x'))).toEqual({ has_template: true, system_prompt: 'x' });
    expect(formOf(told('x'), told('y'))).toEqual({ has_template: true, differs: ['system'] });
    expect(formOf(told('x'), bare)).toEqual({ has_template: true, differs: ['system'] });
    expect(formOf(bare, bare)).toEqual({ has_template: true });
    expect(formOf(told('x'), row({ kind: 'text', text: 'plain' }))).toEqual({
      has_template: true,
      differs: ['system'],
    });
    expect(formOf()).toEqual({ has_template: false });
  });

  test('hold the tools that all conversations have', () => {
    const [a, b] = [tool('a'), tool('b')];
    const shared = { has_template: true, has_tools: true };
    expect(formOf(equipped(a, b), equipped(tool('a'), b))).toEqual({ ...shared, tools: [a, b] });
    expect(formOf(equipped(a, b), equipped(b, a))).toEqual({ ...shared, differs: ['tools'] });
    expect(formOf(equipped(a), bare)).toEqual({ ...shared, differs: ['tools'] });
  });

  test('know conversations that are continued by answers of another kind', () => {
    const prompt = [system('x'), user('a')];
    const pair = row({ kind: 'preference', prompt, chosen: 'b', rejected: 'c' });
    expect(formOf(pair, pair)).toEqual({ has_template: true, system_prompt: 'x' });
    expect(formOf(row({ kind: 'preference', prompt: 'a', chosen: 'b', rejected: 'c' }))).toEqual({
      has_template: false,
    });
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
