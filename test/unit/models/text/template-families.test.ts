import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Renderer } from '../../../../src/models/text/index.ts';
import { now } from './conversations.ts';
import {
  conversations,
  families,
  lineOf,
  outcomes,
  renderings,
  tokenizerOf,
  tryRow,
  type Conversation,
} from './template-families.ts';

const table = readFileSync(new URL('../../../../docs/template-families.md', import.meta.url), 'utf8');

describe.each(Object.entries(families))('the template of %s', (name, family) => {
  test('is rendered as Jinja2 renders it, with and without the generation prompt', async () => {
    const { templates } = await tokenizerOf(family);
    for (const [kind, conversation] of Object.entries(conversations)) {
      const texts = [false, true].map((addGenerationPrompt) => {
        try {
          const row = { ...conversation, chatTemplateKwargs: family.kwargs };
          return templates.render(row, { addGenerationPrompt, now });
        } catch {
          return null;
        }
      });
      expect(texts, kind).toEqual(renderings[name][kind]);
    }
  });

  test('trains exactly the answers, each with its stop, or refuses the row', async () => {
    const tokenizer = await tokenizerOf(family);
    for (const [kind, conversation] of Object.entries(conversations)) {
      const { row, outcome } = await tryRow(tokenizer, conversation, family);
      expect(outcome, kind).toEqual(outcomes[name][kind]);
      expect(String(outcome), kind).not.toMatch(/How much|And two|Where is|\bsent\b|Be brief/);
      if (row === undefined) continue;
      const stops = new Set(tokenizer.stopIds);
      const last = row.ids.findLastIndex((_, token) => row.trained[token] === 1);
      expect(stops, kind).toContain(row.ids[last]);
    }
  });

  test('asks for an answer with the ids that its row starts with', async () => {
    const tokenizer = await tokenizerOf(family);
    const renderer = new Renderer(tokenizer, { now });
    for (const conversation of Object.values(conversations)) {
      const { row } = await tryRow(tokenizer, conversation, family);
      if (row === undefined) continue;
      const messages = conversation.messages.slice(0, -1);
      const { ids } = await renderer.prompt({ ...conversation, messages, chatTemplateKwargs: family.kwargs });
      expect(row.ids.slice(0, ids.length)).toEqual(ids);
    }
  });

  test('has its line in docs/template-families.md', () => {
    expect(table).toContain(lineOf(name, outcomes[name]));
  });
});

test('every conversation of the table is one that OpenAI would take', () => {
  const roles = (Object.values(conversations) as Conversation[]).flatMap(({ messages }) =>
    messages.map(({ role }) => role),
  );
  expect(new Set(roles)).toEqual(new Set(['system', 'user', 'assistant', 'tool']));
});
