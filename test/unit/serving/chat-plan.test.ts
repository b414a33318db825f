import { describe, expect, it } from 'vitest';
import { inTrainedForm, type TrainedForm } from '../../../src/app/prompt-form.ts';
import { grammarOf } from '../../../packages/constraint/src/grammar-of.ts';
import type { ConstraintSpec } from '../../../src/answering/decoding/index.ts';
import type { Call } from '../../../src/serving/server-call.ts';
import { chatPlan } from '../../../src/serving/chat/chat-plan.ts';
import type { Writer } from '../../../src/serving/models/opened.ts';
import { chatRequest } from '../../../src/serving/schemas/chat.ts';

const parameters = { type: 'object', properties: { id: { type: 'string' } }, required: ['id'] };
const tool = (name: string, more: object = {}) => ({ type: 'function', function: { name, parameters, ...more } });
const trained: TrainedForm = { form: 'chat', systemPrompt: 'Be kind.', tools: [tool('find', { strict: true })] };

function writer(form: TrainedForm | undefined, template = '<tool_call>{{ tools }}'): Writer {
  const description = {
    task: 'causal-lm',
    hears: false,
    sees: false,
    vocabularySize: 10,
    maxPositions: 100,
    stopIds: [0],
    templates: { default: template },
  };
  const asTrained: Writer['asTrained'] = (prompt) => inTrainedForm(prompt, form);
  return { description, asTrained, defaultTools: form?.tools } as unknown as Writer;
}

const call = {
  owner: '',
  request: { signal: new AbortController().signal },
  server: {
    constraints: { check: async (spec: ConstraintSpec) => void (await Promise.resolve(spec).then(grammarOf)) },
  },
} as unknown as Call;

const user = { role: 'user', content: 'Hi' };
async function planOf(body: object, form: TrainedForm | undefined = trained) {
  const plan = await chatPlan(chatRequest.parse({ model: 'm', messages: [user], ...body }), writer(form), { call });
  const [prompt] = plan.wish.prompts as unknown as { messages: { role: string }[]; tools?: object[] }[];
  return { ...plan, prompt, roles: prompt.messages.map(({ role }) => role) };
}

describe('a chat without a system message or tools', () => {
  it('has those of the training rows, which may be called', async () => {
    const { prompt, roles, form, asked } = await planOf({});
    expect(roles).toEqual(['system', 'user']);
    expect(prompt.tools).toEqual(trained.tools);
    expect(form.names).toEqual(new Set(['find']));
    expect(asked).toMatchObject({ messages: [{ role: 'system', content: 'Be kind.' }, user], tools: trained.tools });
  });

  it('has its own instead, none where it says so, and none of a model that is not asked as in training', async () => {
    const own = await planOf({ messages: [{ role: 'developer', content: 'Be short.' }, user], tools: [tool('send')] });
    expect(own.roles).toEqual(['developer', 'user']);
    expect(own.prompt.tools).toEqual([tool('send')]);
    for (const none of [{ tools: [] }, { tool_choice: 'none' }]) {
      const { prompt, form } = await planOf(none);
      expect(Object.hasOwn(prompt, 'tools')).toBe(false);
      expect(form.family).toBeUndefined();
    }
    const plain = await planOf({}, { form: 'chat' });
    expect([plain.roles, plain.prompt.tools]).toEqual([['user'], undefined]);
  });
});

describe('tools that may be called', () => {
  const constraintOf = async (body: object) => (await planOf(body, { form: 'chat' })).wish.sampling.constraint;

  it('are held to their schemas from a call on; to any object where the schema cannot be followed', async () => {
    expect(await constraintOf({ tools: [tool('find')] })).toMatchObject({
      calls: { mark: '<tool_call>', schema: { $defs: { tool0: parameters } }, thinking: 'none' },
    });
    const odd = { type: 'object', properties: { id: { type: 'string', pattern: '(?<=a)b' } } };
    expect(await constraintOf({ tools: [tool('find', { parameters: odd })] })).toMatchObject({
      calls: { schema: { $defs: { tool0: { type: 'object' } } } },
    });
    await expect(constraintOf({ tools: [tool('find', { parameters: odd, strict: true })] })).rejects.toThrow(
      /tools\[0\]\.function\.parameters cannot be enforced strictly/,
    );
    expect(await constraintOf({})).toBeUndefined();
    expect(await constraintOf({ tools: [tool('find')], tool_choice: 'none' })).toBeUndefined();
  });

  it('leave the form to a request that asks for another, and to a family of another form unless one is strict', async () => {
    const format = { type: 'json_object' };
    expect(await constraintOf({ tools: [tool('find')], response_format: format })).not.toHaveProperty('calls');
    const coder = async (more: object) => {
      const body = chatRequest.parse({ model: 'm', messages: [user], tools: [tool('find', more)] });
      const plan = await chatPlan(body, writer({ form: 'chat' }, '<tool_call><function=x><parameter=y>'), { call });
      return plan.wish.sampling.constraint;
    };
    expect(await coder({})).toBeUndefined();
    expect(await coder({ strict: true })).toHaveProperty('calls');
  });
});
