import { describe, expect, test } from 'vitest';
import { resolveRecipe } from '../../../src/app/recipe/index.ts';
import type { Example } from '../../../src/data/index.ts';
import { modelFolder } from '../../../src/answering/model/base-model.ts';
import { runTokenizer } from '../../../src/jobs/rows/run-tokenizer.ts';

const source = { file: 'rows.jsonl', line: 1 };
const glued: Example[] = [{ kind: 'completion', id: 'a', source, prompt: 'Colour:', completion: 'red' }];
const spaced: Example[] = [{ kind: 'completion', id: 'a', source, prompt: 'Colour:', completion: ' red' }];
const chat: Example[] = [{ kind: 'chat', id: 'a', source, messages: [{ role: 'user', content: 'Hi' }] }];

async function tokenizerFor(rows: readonly Example[], data: object = {}, decided = {}) {
  const recipe = await resolveRecipe({ model: 'attune-base', data: { train: 'rows.jsonl', ...data } });
  return (await runTokenizer(recipe, modelFolder('attune-base'), rows, decided)).tokenizer;
}

describe('the tokenizer of a run sets answers off by a space', () => {
  test('where most rows lack it, unless the recipe says otherwise', async () => {
    expect((await tokenizerFor(glued)).answerSpace).toBe(true);
    expect((await tokenizerFor(spaced)).answerSpace).toBe(false);
    expect((await tokenizerFor(chat)).answerSpace).toBe(false);
    expect((await tokenizerFor(glued, { answer_space: false })).answerSpace).toBe(false);
    expect((await tokenizerFor(spaced, { answer_space: true })).answerSpace).toBe(true);
  });

  test('as an earlier part of the run did: one from before there was such a space goes on without', async () => {
    expect((await tokenizerFor(glued, {}, { answerSpace: false })).answerSpace).toBe(false);
    expect((await tokenizerFor(spaced, {}, { answerSpace: true })).answerSpace).toBe(true);
  });

  test('and refuses one that would have no effect', async () => {
    await expect(tokenizerFor(chat, { answer_space: true })).rejects.toMatchObject({ code: 'E_OPTION_IDLE' });
  });
});

test('a run may choose our template, which shows tools', async () => {
  const { templates } = await tokenizerFor(chat, { chat_template: 'attune-tools' });
  const tools = [{ type: 'function', function: { name: 'get_order' } }];
  const messages = [{ role: 'user', content: 'Hi' } as const];
  const text = templates.render({ messages, tools }, { addGenerationPrompt: true, now: new Date(0) });
  expect(text).toContain('get_order');
});

test('a prompt of messages is rendered by a template like a conversation; a text is not', async () => {
  const prompt = { kind: 'prompt', id: 'a', source, columns: {} } as const;
  const messages: Example = { ...prompt, prompt: [{ role: 'user', content: 'Hi' }] };
  const text: Example = { ...prompt, prompt: 'Hi' };
  const data = { chat_template: 'attune-tools' };
  const { templates } = await tokenizerFor([messages], data);
  expect(templates.sources.get('default')).toBe((await tokenizerFor(chat, data)).templates.sources.get('default'));
  await expect(tokenizerFor([text], data)).rejects.toMatchObject({ code: 'E_TEMPLATE_UNUSED' });
});
