// Bodies for every endpoint, made up from its fields.
import * as fc from 'fast-check';
import { endpoints } from '../../../src/serving/endpoints/index.ts';
import { fieldNames } from '../../../src/serving/nested-fields.ts';

/** Names of models, one of each kind, and the kind as the name. */
const NAMES = ['text', 'speech', 'rows', 'vectors', 'items'];

const posts = endpoints.filter(({ method, body }) => method === 'post' && body !== undefined && body.isForm !== true);

const text = fc.oneof(
  fc.string(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', 'hello', '\u0000', '\ud800', 'a'.repeat(5000)),
);
const number = fc.oneof(
  fc.integer({ min: -3, max: 200 }),
  fc.double(),
  fc.constantFrom(0, 1, 1e300, -1e300, 2 ** 53, 0.5),
);
const anything = fc.oneof(
  { weight: 3, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  text,
  number,
  fc.boolean(),
  fc.constant(null),
);
const role = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('system', 'user', 'assistant', 'developer') },
  // Results need a call before them.
  fc.constantFrom('function', 'tool'),
);
const parts = fc.array(fc.record({ type: fc.constantFrom('text', 'text', 'text', 'image_url', 'refusal'), text }));
const content = fc.oneof({ weight: 6, arbitrary: text }, parts, anything);
const message = fc.record({ role, content });
const schema = fc.oneof(
  fc.constantFrom(
    { type: 'object' },
    { type: 'banana' },
    { $ref: '#/$defs/x' },
    { anyOf: [] },
    { minimum: 'x' },
    { enum: [] },
  ),
  fc.dictionary(text, anything),
);
const tool = fc.record(
  {
    type: fc.constantFrom('function', 'custom'),
    name: text,
    function: fc.record({ name: fc.constantFrom('f', 'g', 'bad name'), parameters: schema }),
  },
  { requiredKeys: ['type'] },
);

/** What fields usually hold, so that bodies come further than their first field. */
const usual: Record<string, fc.Arbitrary<unknown>> = {
  messages: fc.array(message, { minLength: 1, maxLength: 4 }),
  prompt: fc.oneof(text, fc.array(text), fc.array(fc.nat(120)), fc.array(fc.array(fc.nat(120)))),
  input: fc.oneof(text, fc.array(text), fc.array(fc.nat(120)), fc.array(fc.record({ role, content: text }))),
  tools: fc.array(tool, { maxLength: 3 }),
  tool_choice: fc.oneof(
    fc.constantFrom('none', 'auto', 'required'),
    fc.record({ type: fc.constant('function'), function: fc.record({ name: fc.constantFrom('f', 'h') }), name: text }),
  ),
  response_format: fc.oneof(
    fc.constantFrom({ type: 'json_object' }, { type: 'text' }),
    fc.record({ type: fc.constant('json_schema'), json_schema: fc.record({ name: fc.constant('a'), schema }) }),
  ),
  structured_outputs: fc.record({ json: schema, regex: text, choice: fc.array(text) }, { requiredKeys: [] }),
  logit_bias: fc.dictionary(fc.oneof(fc.nat(120).map(String), text), number),
  tokens: fc.array(fc.nat(110)),
  stream: fc.boolean(),
  verbosity: fc.constantFrom('low', 'high'),
  store: fc.boolean(),
  prompt_cache_retention: fc.constantFrom('24h', 'in_memory'),
  truncation: fc.constantFrom('auto', 'disabled'),
  stream_options: fc.record({ include_usage: fc.boolean() }),
  query: text,
  documents: fc.array(text, { minLength: 1, maxLength: 3 }),
  text_1: text,
  text_2: fc.array(text, { minLength: 1, maxLength: 3 }),
  items: fc.array(text, { minLength: 1, maxLength: 3 }),
};

/** The model that an endpoint asks, more often than others. */
function modelOf(path: string): fc.Arbitrary<string> {
  const kinds: Record<string, string> = {
    embeddings: 'vectors',
    rerank: 'vectors',
    score: 'rows',
    classify: 'rows',
    recommend: 'items',
    moderations: 'attune-toxicity',
  };
  const own = Object.entries(kinds).find(([name]) => path.endsWith(name))?.[1] ?? 'text';
  return fc.oneof({ weight: 9, arbitrary: fc.constant(own) }, fc.constantFrom(...NAMES, 'unknown'));
}

/** Requests that are right in most of their fields, and wrong in any way in some. */
export const requests = fc.constantFrom(...posts).chain(({ path, body }) => {
  const fields = fieldNames(body!.schema);
  const values = fields.map((name) => {
    const own = name === 'model' ? modelOf(path) : (usual[name] ?? fc.oneof(number, text, fc.boolean()));
    return [name, fc.oneof({ weight: 12, arbitrary: own }, anything)] as const;
  });

  const needed = fields.filter(
    (name) =>
      ['model', 'messages', 'prompt', 'input', 'query', 'documents', 'text_1', 'text_2', 'tokens'].includes(name) &&
      !(name === 'messages' && fields.includes('prompt')),
  );
  const known = fc.record(Object.fromEntries(values), { requiredKeys: needed });
  const few = fc
    .tuple(known, fc.subarray(fields, { maxLength: Math.min(4, fields.length) }))
    .map(([whole, kept]) =>
      Object.fromEntries(Object.entries(whole).filter(([name]) => needed.includes(name) || kept.includes(name))),
    );
  return fc.record({
    path: fc.constant(path),
    body: fc.oneof({ weight: 8, arbitrary: few }, known, anything, fc.dictionary(text, anything)),
  });
});
