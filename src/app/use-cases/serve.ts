import { once } from 'node:events';
import { AttuneError } from '../../base/errors.ts';
import type { RunningServer, ServeSettingsInput } from '../../serving/index.ts';
import type { FieldKit } from './fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: "answer the network with models, by OpenAI's API",
  arguments: ({ optionalArguments }) => [
    optionalArguments('models', 'MODEL', "runs' folders, adapters, models or known names"),
  ],
  options: (fields) => ({
    config: fields.text('FILE', 'settings in YAML; flags win over them'),
    ...addressFields(fields),
    ...modelFields(fields),
    ...answerFields(fields),
    settings: fields.inMemory<ServeSettingsInput>('more settings, by their names in YAML; options win over them'),
  }),
  effects: ['listens'],
  examples: [
    'serve attune-base',
    'serve attune-base runs/tickets --port 8080',
    'serve --alias gpt-4o-mini=runs/tickets',
  ],
  streamsJson: true,
  async run(options, { signal }): Promise<RunningServer> {
    const [{ serve }, { serveOptions }] = await Promise.all([
      import('../serve/serve.ts'),
      import('../serve/serve-options.ts'),
    ]);
    return serve({ ...serveOptions(options), signal });
  },
  async inTerminal(options, { isJson, out, stopSignal }) {
    const [{ serve }, { serveOptions }] = await Promise.all([
      import('../serve/serve.ts'),
      import('../serve/serve-options.ts'),
    ]);
    const server = await serve(serveOptions(options));
    const stop = stopSignal('stopping when the requests in flight are answered; once more to stop at once');
    if (isJson) process.stdout.write(`${JSON.stringify(server)}\n`);
    else out.write(`${server.url}/v1  ${server.models.join(', ')}\n`);
    if (!stop.aborted) await once(stop, 'abort');
    await server.close();
    return undefined;
  },
});

function addressFields(fields: FieldKit) {
  const { text, flag } = fields;
  return {
    host: text('ADDRESS', 'address to listen on (127.0.0.1)'),
    port: wholeNumber(fields, 'PORT', 'port (8000); 0 picks a free one'),
    apiKeys: text('FILE', 'keys of clients, as `attune keys create` writes them'),
    open: flag('allow requests without a key although others can reach the server'),
  };
}

function modelFields({ z, text, flag, parsed }: FieldKit) {
  return {
    alias: parsed(z.record(z.string(), z.string()), 'NAME=MODEL', 'another name of a model; may be repeated', {
      many: true,
      read: (typed, name) => Object.fromEntries(readPairs(typed, name)),
    }),
    adapter: parsed(
      z.array(z.strictObject({ name: z.string(), target: z.string() })),
      'NAME=ADAPTER',
      'an adapter that may be loaded later, by its name',
      { many: true, read: (typed, name) => readPairs(typed, name).map((pair) => ({ name: pair[0], target: pair[1] })) },
    ),
    adapterFolder: text('FOLDER', 'serve the adapters in it by name, each opened on first use'),
    keepAlive: text('TIME', 'close models and adapters unused for this long: 5m'),
    registry: flag('serve the registered models by their names, and follow their aliases'),
    training: flag('take files and fine-tuning jobs of the served models'),
  };
}

function answerFields(fields: FieldKit) {
  const { text, texts, flag } = fields;
  return {
    unsupported: setting<'unsupported'>(fields, 'POLICY', 'unsupported fields: refuse, warn or ignore'),
    maxQueue: wholeNumber(fields, 'COUNT', 'longest queue of answers (256)'),
    keep: setting<'keep'>(fields, 'WHAT', 'what to keep of answers for `attune monitor`: counts or text'),
    keepResponses: flag('keep responses, stored completions and conversations in the database, encrypted'),
    monitor: flag('do not watch the answers', { flag: '--no-monitor' }),
    cors: texts('ORIGIN', 'a site whose pages may call the server; may be repeated'),
    tlsCert: text('FILE', 'a certificate in PEM, for https'),
    tlsKey: text('FILE', 'its key'),
    memory: text('SIZE', 'limit of all loaded weights together: 8GB'),
    precision: setting<'precision'>(fields, 'TYPE', 'auto, bf16 or f32'),
    storage: setting<'storage'>(fields, 'NAME', 'int8_forward for faster and slightly other answers'),
    trainedDefaults: flag('do not add the system message and tools that all training rows had to chats without', {
      flag: '--no-trained-defaults',
    }),
    otlp: text('URL', 'send traces and metrics there by OTLP'),
  };
}

/** The settings' schema says what it may be, together with all else that is wrong. */
function setting<Name extends keyof ServeSettingsInput>({ z, parsed }: FieldKit, value: string, summary: string) {
  type Value = NonNullable<ServeSettingsInput[Name]>;
  return parsed(z.custom<Value>(), value, summary, { read: (typed) => String(typed) as Value });
}

/** The settings' schema says which. */
function wholeNumber({ z, parsed }: FieldKit, value: string, summary: string) {
  return parsed(z.number(), value, summary, { read: (typed, flag) => readWhole(String(typed), flag) });
}

function readWhole(text: string, flag: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value)) return value;
  throw new AttuneError('E_USAGE', { what: `${flag} is not a whole number`, got: text });
}

function readPairs(typed: string | readonly string[], flag: string): [name: string, target: string][] {
  return [typed].flat().map((text) => {
    const at = text.indexOf('=');
    if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
    throw new AttuneError('E_USAGE', { what: `${flag} cannot be read`, got: text, expected: 'NAME=MODEL' });
  });
}
