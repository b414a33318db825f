import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  chooseTemplate,
  newTokenizer,
  Renderer,
  templateHash,
  Tokenizer,
  tokenizerHash,
  trainByteLevelBpe,
  withKnownKwargs,
  type TokenizerJson,
} from '../../../../src/models/text/index.ts';
import { assistant, chat, templateText, user } from './conversations.ts';

const now = new Date(0);
const messages = [user('some'), assistant('words')];
const switched =
  "{% if mood is defined and mood == 'loud' %}LOUD {% endif %}{% for m in messages %}{{ m.content }}</s>{% endfor %}";
let vocabulary: TokenizerJson;

beforeAll(async () => {
  const specialTokens = ['<s>', '</s>', '<|im_start|>', '<|im_end|>'];
  vocabulary = await trainByteLevelBpe(['some words, some more words'], { vocabSize: 280, specialTokens });
});

const make = (chatTemplate?: string) => newTokenizer(vocabulary, { roles: { bos: '<s>', eos: '</s>' }, chatTemplate });
const textOf = (tokenizer: Tokenizer, chatTemplateKwargs?: Record<string, unknown>): string =>
  tokenizer.templates.render({ messages, chatTemplateKwargs }, { addGenerationPrompt: false, now });

describe('a template that a run chooses', () => {
  test('takes the place of every one that the tokenizer had, also where it is saved', async () => {
    const base = await make(templateText('chatml'));
    const config = JSON.stringify({
      ...JSON.parse(base.files.others.get('tokenizer_config.json')!),
      chat_template: 'x',
    });
    const others = new Map([
      ...base.files.others,
      ['tokenizer_config.json', config],
      ['additional_chat_templates/tool_use.jinja', 'tools'],
    ] as [string, string][]);
    const several = await Tokenizer.fromFiles({ ...base.files, others });
    const chosen = await chooseTemplate(several, { template: { text: switched, origin: 'mine.jinja' } });
    expect([...chosen.templates.sources]).toEqual([['default', switched]]);
    expect(chosen.templates.describe()).toBe('chat template "default" of mine.jinja');
    const folder = mkdtempSync(join(tmpdir(), 'attune-template-'));
    chosen.save(folder);
    const loaded = await Tokenizer.load(folder);
    expect([...loaded.templates.sources]).toEqual([['default', switched]]);
    expect(templateHash(loaded)).toBe(templateHash(chosen));
  });

  test('may be one of the names that the tokenizer has', async () => {
    const base = await make(templateText('chatml'));
    const others = new Map([...base.files.others, ['additional_chat_templates/short.jinja', switched]]);
    const several = await Tokenizer.fromFiles({ ...base.files, others });
    const chosen = await chooseTemplate(several, { template: { name: 'short' } });
    expect(textOf(chosen)).toBe('some</s>words</s>');
    await expect(chooseTemplate(several, { template: { name: 'chatml' } })).rejects.toMatchObject({
      code: 'E_TEMPLATE_MISSING',
      expected: 'a file, or one of default, short, attune-tools',
    });
    await expect(chooseTemplate(several, { template: { name: '{{ messages }}' } })).rejects.toMatchObject({
      code: 'E_TEMPLATE_MISSING',
      fix: expect.stringContaining('into a file'),
    });
  });

  test('may end its turns with a token that is new, at which generation then stops', async () => {
    const { tokenizer } = await (await make()).addTokens([{ content: '<|over|>', special: true }]);
    const text = '{% for m in messages %}{{ m.role }}: {{ m.content }}<|over|>{% endfor %}';
    const chosen = await chooseTemplate(tokenizer, { template: { text, origin: 'mine.jinja' } });
    expect(chosen.stopIds).toContain(chosen.idOf('<|over|>'));
  });

  test('that cannot be parsed is called by its file', async () => {
    const template = { text: '{% for %}', origin: 'mine.jinja' };
    await expect(chooseTemplate(await make(), { template })).rejects.toMatchObject({
      code: 'E_TEMPLATE_INVALID',
      message: expect.stringContaining('mine.jinja'),
    });
  });
});

describe("a template's own variables", () => {
  test('hold for every conversation that does not give them itself, and are saved with the template', async () => {
    const chosen = await chooseTemplate(await make(switched), { kwargs: { mood: 'loud' } });
    expect(textOf(chosen)).toBe('LOUD some</s>words</s>');
    expect(textOf(chosen, { mood: 'low' })).toBe('some</s>words</s>');
    const folder = mkdtempSync(join(tmpdir(), 'attune-template-'));
    chosen.save(folder);
    expect(textOf(await Tokenizer.load(folder))).toBe('LOUD some</s>words</s>');
    const row = await new Renderer(chosen, { now }).render(chat(...messages));
    expect(chosen.decode(row.ids)).toContain('LOUD some');
  });

  test('are written as Jinja, whatever their type', async () => {
    const template = '{{ a is none }} {{ b.c[1] }} {{ d }} {{ e }}</s>';
    const kwargs = { a: null, b: { c: [1, 'two "quoted" \n %}'] }, d: true, e: 0.5 };
    expect(textOf(await chooseTemplate(await make(template), { kwargs }))).toBe('True two "quoted" \n %} True 0.5</s>');
  });

  test('change the hash of the template and of the tokenizer', async () => {
    const base = await make(switched);
    const loud = await chooseTemplate(base, { kwargs: { mood: 'loud' } });
    const low = await chooseTemplate(base, { kwargs: { mood: 'low' } });
    expect(new Set([base, loud, low].map(templateHash)).size).toBe(3);
    expect(new Set([base, loud, low].map(tokenizerHash)).size).toBe(3);
    expect(await chooseTemplate(base, { kwargs: {} })).toBe(base);
  });

  test('that the template never reads are named, with the nearest that it reads', async () => {
    const kwargs = { mod: 'loud', messages: [], eos_token: 'x', content: 1 };
    const error = await chooseTemplate(await make(switched), { kwargs }).catch((caught: unknown) => caught);
    expect(error).toMatchObject({
      code: 'E_TEMPLATE_KWARGS',
      expected: 'some of mood',
      problems: [
        { field: 'chat_template_kwargs.mod', message: 'is not a variable of the template', fix: 'did you mean mood?' },
        { field: 'chat_template_kwargs.messages', message: 'is set by the row or the tokenizer' },
        { field: 'chat_template_kwargs.eos_token', message: 'is set by the row or the tokenizer' },
        { field: 'chat_template_kwargs.content', message: 'is not a variable of the template' },
      ],
    });
  });

  test('are found in conditions, filters, calls, loops and defaults of macros', async () => {
    const template =
      '{% macro f(a, b=v1) %}{{ a }}{% endmacro %}{% for m in v2 %}{{ m | default(v3) | join(d=v4) }}{% endfor %}' +
      '{{ f(k=v5) }}{% if not v6 and v7[v8] == 1 %}{% endif %}{% set x = v9 %}{{ [v10] }}{{ {"k": v11} }}</s>';
    const names = Array.from({ length: 11 }, (_, i) => `v${i + 1}`);
    await chooseTemplate(await make(template), { kwargs: Object.fromEntries(names.map((name) => [name, 1])) });
    for (const name of ['a', 'b', 'k', 'd', 'join', 'default', 'not']) {
      const chosen = chooseTemplate(await make(template.replace('{{ a }}', '')), { kwargs: { [name]: 1 } });
      await expect(chosen, name).rejects.toMatchObject({ code: 'E_TEMPLATE_KWARGS' });
    }
  });

  test('reach a base model as far as its own template reads them', async () => {
    const base = await make(switched);
    expect(textOf(await withKnownKwargs(base, { mood: 'loud', other: 1 }))).toBe('LOUD some</s>words</s>');
    expect(await withKnownKwargs(base, { other: 1 })).toBe(base);
  });
});
