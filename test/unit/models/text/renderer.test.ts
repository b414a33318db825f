import { beforeAll, describe, expect, test } from 'vitest';
import {
  checkRenderedRow,
  newTokenizer,
  Renderer,
  type Tokenizer,
  type TokenizerJson,
} from '../../../../src/models/text/index.ts';
import {
  assistant,
  chat,
  now,
  renderChecked,
  styles,
  tokenizersByStyle,
  trainedTexts,
  twoTurns,
  user,
  type Style,
} from './conversations.ts';

let vocabulary: TokenizerJson;
let tokenizers: Map<Style, Tokenizer>;

beforeAll(async () => {
  ({ vocabulary, tokenizers } = await tokenizersByStyle());
});

function tokenizerOf(style: Style): Tokenizer {
  return tokenizers.get(style) as Tokenizer;
}

describe('serving', () => {
  test.each(styles)('starts with the ids that training rows start with, at every turn of %s', async (name) => {
    const renderer = new Renderer(tokenizerOf(name), { now });
    for (const answer of ['yes', ' yes', '\n\nyes', '- no\n- yes', '🙂']) {
      const messages = [user('Ready? '), assistant(answer), user('Sure?\n'), assistant(answer)];
      for (const turns of [2, 4]) {
        const { ids } = await renderer.render({ kind: 'chat', messages: messages.slice(0, turns) });
        const prompt = await renderer.prompt({ messages: messages.slice(0, turns - 1) });
        // This template opens the reasoning in the prompt, but not in the training text: nothing to compare.
        if (name === 'reasoner') continue;
        expect(ids.slice(0, prompt.ids.length)).toEqual(prompt.ids);
        expect(ids.length).toBeGreaterThan(prompt.ids.length);
      }
    }
  });

  const served = styles.filter((style) => style !== 'reasoner');

  test.each(served)('is proved to ask as training shows it before rows are given out, in %s', async (style) => {
    const rows = await new Renderer(tokenizerOf(style), { now }).renderRows([twoTurns, chat(user('And then?'))]);
    expect(rows.problems).toMatchObject([{ message: expect.stringContaining('no assistant turn') }]);
  });

  test('that opens a reasoning block which training does not show is refused', async () => {
    const renderer = new Renderer(tokenizerOf('reasoner'), { now });
    const { problems } = await renderer.renderRows([twoTurns]);
    expect(problems).toMatchObject([{ message: expect.stringMatching(/E_TEMPLATE_SERVING.*<think>/) }]);
  });

  test.each(styles)(
    'goes on in the last turn as its template shows it, without what closes it, in %s',
    async (style) => {
      const renderer = new Renderer(tokenizerOf(style), { now });
      const asked = [user('Ready? '), assistant('yes'), user('Sure?')];
      const whole = await renderer.prompt({ messages: [...asked, assistant(' No, ')], continues: 'turns' });
      const begun = await renderer.prompt({ messages: [...asked, assistant(' No, ')], continues: 'final_message' });
      const next = await renderer.prompt({ messages: asked });
      // Templates that trim drop the trailing space; a continuation must keep it.
      expect(begun.text).toMatch(/No, $/);
      expect(whole.text.startsWith(begun.text.trimEnd())).toBe(true);
      expect(whole.text.slice(begun.text.trimEnd().length)).not.toContain('No');
      const header = style === 'reasoner' ? [] : [...next.ids];
      expect([...begun.ids.subarray(0, header.length)]).toEqual(header);
      expect(begun.text.endsWith('<think>\n No, ')).toBe(false);
    },
  );

  test('goes on behind the turns without a header where none is wanted', async () => {
    const renderer = new Renderer(tokenizerOf('chatml'), { now });
    const { text } = await renderer.prompt({ messages: [user('Ready?')], continues: 'turns' });
    expect(text).toBe('<|im_start|>user\nReady?<|im_end|>\n');
  });

  test('cannot go on in a turn that its template does not show', async () => {
    const chatTemplate = "{% for m in messages if m.role == 'user' %}{{ m.content }}{% endfor %}";
    const tokenizer = await newTokenizer(vocabulary, { roles: { eos: '</s>' }, chatTemplate });
    const prompt = new Renderer(tokenizer).prompt({
      messages: [user('a'), assistant('b')],
      continues: 'final_message',
    });
    await expect(prompt).rejects.toMatchObject({ code: 'E_TEMPLATE_DROPS_TEXT' });
  });

  test('continues a completion with the ids that it was trained on', async () => {
    const renderer = new Renderer(tokenizerOf('plain'));
    for (const [prompt, completion] of [
      ['Answer: ', 'yes'],
      ['The answer is', ' yes'],
      ['x\n', '\n\ny'],
      ['', 'yes yes'],
    ]) {
      const row = await renderer.render({ kind: 'completion', prompt, completion });
      const { ids } = await renderer.prompt(prompt);
      expect(row.ids.slice(0, ids.length)).toEqual(ids);
    }
  });
});

describe('completions and texts', () => {
  test('train the answer and EOS, whatever meets at the border', async () => {
    const tokenizer = tokenizerOf('plain');
    for (const completion of ['yes', ' yes', 'Ünïcödé 🙂', '\n\n', 'yes</s>']) {
      const row = await new Renderer(tokenizer).render({ kind: 'completion', prompt: 'Is it so? ', completion });
      expect(trainedTexts(row, tokenizer)).toEqual([completion.replace('</s>', '') + '</s>']);
      expect(checkRenderedRow(row, tokenizer)).toEqual([]);
    }
  });

  test('train every token of a text but the first, with EOS unless told', async () => {
    const tokenizer = tokenizerOf('plain');
    const row = await new Renderer(tokenizer).render({ kind: 'text', text: 'yes and no' });
    expect(tokenizer.decode(row.ids)).toBe('yes and no</s>');
    expect(row.trained[0]).toBe(0);
    expect(row.trained.slice(1).every((bit) => bit === 1)).toBe(true);
    const open = await new Renderer(tokenizer, { textEos: false }).render({ kind: 'text', text: 'yes and no' });
    expect(tokenizer.decode(open.ids)).toBe('yes and no');
  });
});

test('a long text is tokenised in parts, with the same result', async () => {
  const tokenizer = tokenizerOf('plain');
  const text = `${'One line of many 🙂.\nAnother one\n\n  indented\n'.repeat(6000)}end`;
  const row = await new Renderer(tokenizer).render({ kind: 'text', text });
  const [whole] = await tokenizer.encodeWithOffsets([text]);
  expect(
    Buffer.from(row.ids.buffer).equals(Buffer.from(Int32Array.from([...whole.ids, tokenizer.eosId as number]).buffer)),
  ).toBe(true);
  expect(checkRenderedRow(row, tokenizer)).toEqual([]);
  expect(row.trained.indexOf(0, 1)).toBe(-1);
});

describe('BOS', () => {
  async function withBosAdded(name: Style, changes: Partial<TokenizerJson> = {}): Promise<Tokenizer> {
    const single = [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }];
    const special = { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } };
    const post_processor = { type: 'TemplateProcessing', single, pair: single, special_tokens: special };
    const chatTemplate = tokenizerOf(name).templates.sources.get('default');
    const roles = { bos: '<s>', eos: '</s>', pad: '<pad>' };
    return newTokenizer({ ...vocabulary, post_processor, ...changes }, { roles, chatTemplate });
  }

  test('comes once, whether the template writes it, the tokenizer adds it, both do, or the text has it already', async () => {
    for (const name of ['llama3', 'chatml'] as const) {
      const tokenizer = await withBosAdded(name);
      expect(tokenizer.addsBos).toBe(true);
      const renderer = new Renderer(tokenizer, { now });
      const rows = await renderer.renderRows([
        twoTurns,
        { kind: 'completion', prompt: 'a', completion: 'b' },
        { kind: 'completion', prompt: '<s>a', completion: 'b' },
        { kind: 'text', text: '<s><s><s>a b' },
        { kind: 'text', text: 'a b' },
      ]);
      for (const row of rows.rows) expect([...(row?.ids ?? [])].filter((id) => id === tokenizer.bosId)).toHaveLength(1);
      for (const row of rows.rows) expect(row?.ids[0]).toBe(tokenizer.bosId);
      const prompt = await renderer.prompt({ messages: twoTurns.messages.slice(0, 3) });
      expect(prompt.ids).toEqual(rows.rows[0]?.ids.slice(0, prompt.ids.length));
    }
  });

  test('stays out where neither template nor tokenizer wants it', async () => {
    const row = await renderChecked(tokenizerOf('chatml'), twoTurns);
    expect([...row.ids]).not.toContain(tokenizerOf('chatml').bosId);
  });
});

describe('rows that cannot be trained on', () => {
  test('are all reported at once, with file, line and the row shown', async () => {
    const renderer = new Renderer(tokenizerOf('gemma'), { now });
    const source = (line: number) => ({ file: 'a.jsonl', line });
    const { rows, problems } = await renderer.renderRows([
      { ...chat(user('hello')), source: source(1) },
      { ...chat(user('fine'), assistant('good')), source: source(2) },
      { ...chat(user('x'), assistant('y', { weight: 0 })), source: source(3) },
      { ...chat(user('x'), user('y')), source: source(4) },
      { kind: 'text', text: '', source: source(5) },
    ]);
    expect(rows.map((row) => row !== undefined)).toEqual([false, true, false, false, false]);
    expect(problems.map(({ line }) => line).toSorted()).toEqual([1, 3, 4, 5]);
    const messages = problems.map(({ message }) => message).join('\n');
    expect(messages).toContain('no assistant turn');
    expect(messages).toContain('weight 0');
    expect(messages).toContain('hello');
    expect(messages).toContain('must alternate');
    expect(problems.every(({ file }) => file === 'a.jsonl')).toBe(true);
  });

  test('include answers that hold the token that ends a turn', async () => {
    const renderer = new Renderer(tokenizerOf('chatml'));
    const row = chat(user('a'), assistant('one<|im_end|>\n<|im_start|>user\ntwo'));
    const { rows, problems } = await renderer.renderRows([{ ...row, source: { file: 'a.jsonl', line: 7 } }]);
    expect(rows).toEqual([undefined]);
    expect(problems).toMatchObject([
      {
        file: 'a.jsonl',
        line: 7,
        field: 'messages.1',
        message: expect.stringContaining('"<|im_end|>" before its end'),
      },
    ]);
    const spaced = await renderer.renderRows([chat(user('a'), assistant('one<|im_end|>\n'))]);
    expect(spaced.problems).toEqual([]);
  });

  test('are refused one by one with a code', async () => {
    const renderer = new Renderer(tokenizerOf('chatml'));
    await expect(renderer.render(chat(user('hello')))).rejects.toMatchObject({ code: 'E_NOTHING_TRAINED' });
  });

  test('include those of a template that never ends an answer, and of one that hides it', async () => {
    const roles = { eos: '</s>' };
    const endless =
      '{% for m in messages %}{{ m.role + ": " + m.content + "\\n" }}{% endfor %}{% if add_generation_prompt %}{{ "assistant: " }}{% endif %}';
    const first = await newTokenizer(vocabulary, { roles, chatTemplate: endless });
    await expect(new Renderer(first).render(twoTurns)).rejects.toMatchObject({ code: 'E_TEMPLATE_NO_STOP' });
    const hiding = '{{ messages | length }}{% for m in messages %}{{ m.content | upper }}{% endfor %}{{ eos_token }}';
    const second = await newTokenizer(vocabulary, { roles, chatTemplate: hiding });
    await expect(new Renderer(second).render(twoTurns)).rejects.toMatchObject({
      code: 'E_TEMPLATE_UNSTABLE',
      message: expect.stringContaining('chat template "default"'),
    });
  });

  test('are no reason to go on when the template itself is missing', async () => {
    const bare = await newTokenizer(vocabulary, { roles: { eos: '</s>' } });
    await expect(new Renderer(bare).renderRows([twoTurns])).rejects.toMatchObject({ code: 'E_TEMPLATE_MISSING' });
  });
});

describe('tokenizers that put a space before a text', () => {
  async function joining(chatTemplate?: string): Promise<Tokenizer> {
    const pre_tokenizer = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
    const model = {
      type: 'BPE',
      unk_token: '<unk>',
      byte_fallback: false,
      ignore_merges: false,
      vocab: { '<unk>': 0, '</s>': 1, '▁': 2, A: 3, ':': 4, y: 5, '▁A': 6, ':▁': 7, ':▁y': 8, Q: 9, '▁Q': 10 },
      merges: [
        ['▁', 'A'],
        ['▁', 'Q'],
        [':', '▁'],
        [':▁', 'y'],
      ],
    };
    const added = {
      id: 1,
      content: '</s>',
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    };
    const decoder = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false };
    const json = {
      ...vocabulary,
      added_tokens: [added],
      pre_tokenizer,
      post_processor: null,
      decoder,
      model,
    } as unknown as TokenizerJson;
    return newTokenizer(json, { roles: { eos: '</s>', unk: '<unk>' }, chatTemplate });
  }

  test('are not cut; a token over the border is trained', async () => {
    const tokenizer = await joining();
    expect(tokenizer.joinsParts).toBe(false);
    const row = await new Renderer(tokenizer).render({ kind: 'completion', prompt: 'A: ', completion: 'y' });
    expect([...row.ids]).toEqual([6, 8, 1]);
    expect([...row.trained]).toEqual([0, 1, 1]);
  });

  test('refuse the row that they ask for with other tokens, and name the tokens: the texts are the same', async () => {
    const template =
      "{% for m in messages %}{{ 'Q' if m.role == 'user' else 'A: ' + m.content + eos_token }}{% endfor %}" +
      "{% if add_generation_prompt %}{{ 'A: ' }}{% endif %}";
    const renderer = new Renderer(await joining(template), { now });
    const { rows, problems } = await renderer.renderRows([
      chat(user('Q'), assistant(':')),
      chat(user('Q'), assistant('y')),
    ]);
    expect(rows.map((row) => row !== undefined)).toEqual([true, false]);
    expect(problems).toMatchObject([
      { message: expect.stringMatching(/E_TEMPLATE_SERVING.*":▁y".* in training, .*":▁" in serving/) },
    ]);
  });
});
