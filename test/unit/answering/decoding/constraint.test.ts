import { describe, expect, test } from 'vitest';
import { constraintFor } from '../../../../src/answering/decoding/constraint-for.ts';
import { Tokenizer } from '../../../../src/models/text/index.ts';
import { randomRegex, RandomSchemas } from '../../../../packages/constraint/test/random-schemas.ts';
import {
  compiledHere,
  allows,
  attuneBase,
  drawAnswer,
  idsOf,
  refusalOf,
} from '../../../../packages/constraint/test/sampler.ts';

const tree = {
  type: 'object',
  properties: { value: { type: 'integer' }, children: { type: 'array', items: { $ref: '#' } } },
  required: ['value'],
} as const;

describe('a regular expression', () => {
  test('allows just the texts that JavaScript matches as a whole', () => {
    let agreed = 0;
    const alphabet = ['a', 'b', 'f', 'A', 'é', '🙂', '.', '7', ' ', '\n', '-', '/'];
    for (let index = 0; index < 120; index++) {
      const random = new RandomSchemas([21, 'regex', index]);
      const regex = randomRegex(random);
      const whole = new RegExp(`^(?:${regex})$`, 'u');
      for (let sample = 0; sample < 12; sample++) {
        const text = Array.from({ length: random.below(5) }, () => random.pick(alphabet)).join('');
        try {
          expect([regex, text, allows({ regex }, text)]).toEqual([regex, text, whole.test(text)]);
          agreed++;
        } catch (error) {
          if ((error as { code?: string }).code !== 'E_CONSTRAINT_EMPTY') throw error;
        }
      }
    }
    expect(agreed).toBeGreaterThan(1_000);
  });

  test('is refused with every construct that is not regular', () => {
    expect(refusalOf({ regex: '(?=a)(?<!b)\\bc\\1(d)(?i:e)(^f)*' })).toEqual({
      code: 'E_REGEX_UNSUPPORTED',
      problems: [
        'lookahead (?=…) is not supported',
        'negative lookbehind (?<!…) is not supported',
        'word boundary \\b is not supported',
        'backreference \\1 is not supported',
        'modifiers (?i:…) is not supported',
        'anchor ^ or $ in a repeated group is not supported',
      ],
    });
    expect(refusalOf({ regex: '(a' }).code).toBe('E_REGEX_INVALID');
    expect(refusalOf({ regex: 'a^b' }).code).toBe('E_CONSTRAINT_EMPTY');
    expect(refusalOf({ regex: '((a{1,200}b){1,200}c){1,200}' }).code).toBe('E_CONSTRAINT_TOO_LARGE');
  });
});

describe('a JSON schema', () => {
  test('that refers to itself allows any depth', () => {
    const deep = `${'{"value":1,"children":['.repeat(60)}{"value":2}${']}'.repeat(60)}`;
    expect(allows({ schema: tree }, deep)).toBe(true);
    expect(allows({ schema: tree }, deep.slice(0, -1))).toBe(false);
    expect(allows({ schema: tree }, deep.replace('{"value":2}', '{"value":null}'))).toBe(false);
  });

  test('is compact, with one space or none after colons and commas', () => {
    expect(allows({ schema: tree }, '{"value": 1, "children":[]}')).toBe(true);
    expect(allows({ schema: tree }, '{"value":  1}')).toBe(false);
    expect(allows({ schema: tree }, '{ "value":1}')).toBe(false);
  });

  test('takes escapes as writers of JSON use them, never half a surrogate pair', () => {
    const schema = { type: 'string', maxLength: 2 } as const;
    for (const text of ['"é"', '"\\u00e9"', '"\\n\\""', '"\\ud83d\\ude42\\uD83D\\uDE42"', '"🙂🙂"']) {
      expect([text, allows({ schema }, text)]).toEqual([text, true]);
    }
    for (const text of ['"\\ud83d"', '"\\ude42"', '"\n"', '"\\x41"', '"abc"', '"🙂🙂🙂"']) {
      expect([text, allows({ schema }, text)]).toEqual([text, false]);
    }
  });

  test('keeps to bounds of numbers, and numbers to 15 digits', () => {
    const cases: [schema: Record<string, unknown>, allowed: string[], refused: string[]][] = [
      [{ type: 'integer', minimum: -12, maximum: 205 }, ['-12', '0', '99', '205'], ['-13', '206', '-0', '05', '1.0']],
      [{ type: 'number', minimum: 0.25, exclusiveMaximum: 3 }, ['0.25', '2.999', '1'], ['0.249', '3', '3.0', '1e0']],
      [{ type: 'number', exclusiveMinimum: -0.5, maximum: 1e-7 }, ['-0.499', '0', '0.0000001'], ['-0.5', '0.0000002']],
      [{ type: 'integer', multipleOf: 12, exclusiveMinimum: 0 }, ['12', '144'], ['0', '13', '-12']],
      [{ type: 'number', multipleOf: 5 }, ['10'], ['10.5', '11']],
      [{ type: 'number' }, ['-0.5e-3', '1E9', '0'], ['.5', '1.', '01', '1e999', '1234567890123456']],
    ];
    for (const [schema, allowed, refused] of cases) {
      for (const text of allowed)
        expect([schema, text, allows({ schema } as never, text)]).toEqual([schema, text, true]);
      for (const text of refused)
        expect([schema, text, allows({ schema } as never, text)]).toEqual([schema, text, false]);
    }
  });

  test('is refused with everything that is not supported, by name and place, at once', () => {
    const schema = {
      type: 'object',
      properties: {
        a: { type: 'array', uniqueItems: true, contains: {} },
        'b/c': { type: 'string', format: 'regex', pattern: '(?!x)' },
        d: { requierd: ['x'] },
        e: { $ref: 'https://example.com/schema.json' },
        f: { type: 'number', multipleOf: 0.01 },
      },
    };
    const { code, problems } = refusalOf({ schema });
    expect(code).toBe('E_SCHEMA_UNSUPPORTED');
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual([
      '#/properties/a/uniqueItems',
      '#/properties/a/contains',
      '#/properties/b~1c/format',
      '#/properties/b~1c/pattern',
      '#/properties/d/requierd',
      '#/properties/f/multipleOf',
      '#/properties/e/$ref',
    ]);
    expect(problems[4]).toContain('did you mean required?');
  });

  test('that is none is refused with every mistake', () => {
    const { code, problems } = refusalOf({ schema: { type: 'text', minLength: -1, $ref: '#/nowhere', items: 3 } });
    expect(code).toBe('E_SCHEMA_INVALID');
    expect(problems.map((problem) => problem.split(' ')[0])).toEqual(['#/type', '#/minLength', '#/items', '#/$ref']);
    expect(refusalOf({ schema: 'object' }).code).toBe('E_SCHEMA_INVALID');
    expect(refusalOf({ schema: { $ref: '#' } })).toEqual({
      code: 'E_SCHEMA_UNSUPPORTED',
      problems: ['# the schema refers to itself with nothing in between'],
    });
  });

  test('with a oneOf is followed where its branches exclude each other, also by what is declared around it', () => {
    const circle = { properties: { kind: { const: 'circle' }, r: { type: 'number' } }, required: ['kind', 'r'] };
    const square = { properties: { kind: { const: 'square' }, side: { type: 'number' } }, required: ['kind', 'side'] };
    expect(allows({ schema: { oneOf: [circle, square] } }, '{"kind":"square","side":2}')).toBe(true);
    expect(allows({ schema: { oneOf: [{ type: 'null' }, { type: 'integer' }] } }, 'null')).toBe(true);
    expect(refusalOf({ schema: { oneOf: [{ type: 'integer' }, { type: 'number' }] } }).code).toBe(
      'E_SCHEMA_UNSUPPORTED',
    );
    const either = {
      oneOf: [
        { properties: { a: {} }, required: ['a'] },
        { properties: { b: {} }, required: ['b'] },
      ],
    };
    expect(allows({ schema: either }, '{"b":1}')).toBe(true);
    expect(allows({ schema: either }, '{"a":1,"b":1}')).toBe(false);
    const around = { allOf: [{ properties: { a: {}, b: {} } }, either] };
    expect(refusalOf({ schema: around }).code).toBe('E_SCHEMA_UNSUPPORTED');
  });

  test('without any valid value is told', () => {
    expect(refusalOf({ schema: false }).code).toBe('E_CONSTRAINT_EMPTY');
    expect(refusalOf({ schema: { type: 'integer', minimum: 3, maximum: 2 } }).code).toBe('E_CONSTRAINT_EMPTY');
    expect(
      refusalOf({
        schema: {
          ...tree,
          required: ['value', 'children'],
          properties: { ...tree.properties, children: { $ref: '#' } },
        },
      }).code,
    ).toBe('E_CONSTRAINT_EMPTY');
  });

  test('comes as OpenAI has it too', () => {
    const format = { type: 'json_schema', json_schema: { name: 'tree', schema: tree } } as const;
    expect(allows(format, '{"value":1}')).toBe(true);
    expect(allows({ type: 'json_object' }, '{"x": [1]}')).toBe(true);
    expect(refusalOf({ type: 'text' }).code).toBe('E_CONSTRAINT_INVALID');
    expect(refusalOf({ type: 'json_schema' }).code).toBe('E_SCHEMA_INVALID');
  });
});

describe('a constraint', () => {
  test('is of one kind', () => {
    expect(refusalOf({}).code).toBe('E_CONSTRAINT_INVALID');
    expect(refusalOf({ regex: 'a', choices: ['a'] }).code).toBe('E_CONSTRAINT_INVALID');
    expect(refusalOf({ choices: [] }).code).toBe('E_CONSTRAINT_INVALID');
  });

  test('is compiled once for the same content and owner', async () => {
    const made = (regex: string, owner: string) => constraintFor({ regex }, attuneBase, { owner });
    const [first, again, other, different] = await Promise.all([
      made('ab+', 'a'),
      made('ab+', 'a'),
      made('ab+', 'b'),
      made('ab*', 'a'),
    ]);
    expect(again).toBe(first);
    expect(await made('ab+', 'a')).toBe(first);
    expect(other).not.toBe(first);
    expect(different).not.toBe(first);
  });

  test('says how many tokens the shortest answer takes, and holds it in just as many', () => {
    const spec = { regex: '[^x]{5}é+' };
    const { shortest } = compiledHere(spec);
    expect(shortest).toBe(3);
    expect(() => compiledHere(spec).checkRoom(2)).toThrow('at least 3');
    expect(drawAnswer(spec, 3, [1, 'exact']).isComplete).toBe(true);
    expect(() => compiledHere(spec).begin().allowed(2)).toThrow('E_CONSTRAINT_TOO_LONG');
  });

  test('offers only stop tokens where nothing can follow, and both where the answer may end or go on', () => {
    const answer = compiledHere({ choices: ['no', 'none'] }).begin();
    expect(idsOf(answer.allowed(9)).every((id) => 'none'.startsWith(attuneBase.decode([id])))).toBe(true);
    answer.advance(attuneBase.idOf('no')!);
    expect(answer.isComplete).toBe(true);
    const open = idsOf(answer.allowed(9));
    expect(open).toEqual(expect.arrayContaining([...attuneBase.stopIds]));
    expect(open.length).toBeGreaterThan(attuneBase.stopIds.length);
    // One token is left, and no single token both continues and completes the answer.
    expect(idsOf(answer.allowed(1)).map((id) => attuneBase.decode([id]))).toEqual(expect.not.arrayContaining(['n']));
    answer.advance(attuneBase.idOf('ne')!);
    expect(idsOf(answer.allowed(9))).toEqual([...attuneBase.stopIds]);
  });
});

/** A vocabulary as SentencePiece trains them: spaces as ▁, byte tokens, and a leading space that decoding drops. */
async function spacedTokenizer(): Promise<Tokenizer> {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const words = ['▁', '▁yes', '▁no', 'yes', 'no', 't', '▁t', '{"', '"', ':', '}', '▁ü', 'a', 'b', '1', '2', ','];
  const tokens = ['<unk>', '<s>', '</s>', ...bytes, ...words];
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const special = (content: string, id: number) => ({ id, content, ...flags });
  const decoder = {
    type: 'Sequence',
    decoders: [
      { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
      { type: 'ByteFallback' },
      { type: 'Fuse' },
      { type: 'Strip', content: ' ', start: 1, stop: 0 },
    ],
  };
  const json = {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: [special('<unk>', 0), special('<s>', 1), special('</s>', 2)],
    normalizer: { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
    pre_tokenizer: null,
    post_processor: null,
    decoder,
    model: {
      type: 'BPE',
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: [],
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
    },
  };
  return Tokenizer.fromFiles({
    origin: 'a tokenizer with spaces',
    tokenizer: JSON.stringify(json),
    others: new Map([['tokenizer_config.json', JSON.stringify({ eos_token: '</s>' })]]),
    modelIds: {},
  });
}

describe('a tokenizer with bytes as a fallback', () => {
  test('answers in the same languages, its first space dropped', async () => {
    const tokenizer = await spacedTokenizer();
    const whole = /^(?:yes|no) t{1,3} üé?$/u;
    for (let index = 0; index < 30; index++) {
      const { text, isComplete } = drawAnswer({ regex: '(yes|no) t{1,3} üé?' }, 12, [31, 'spaces', index], tokenizer);
      expect(isComplete && whole.test(text)).toBe(true);
    }
    const schema = {
      type: 'object',
      properties: { a: { type: 'string', maxLength: 6 }, b: { type: 'integer' } },
      required: ['a', 'b'],
    } as const;
    for (let index = 0; index < 30; index++) {
      const { text } = drawAnswer({ schema }, 40, [32, 'json', index], tokenizer);
      expect(Object.keys(JSON.parse(text) as object)).toEqual(['a', 'b']);
    }
  });
});
