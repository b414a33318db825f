import { once } from 'node:events';
import { AttuneError } from '../../base/errors.ts';
import type { RunningServer, ServeSettingsInput } from '../../serving/index.ts';
import type { FieldKit } from './fields.ts';
import { defineUseCase } from './use-case.ts';

export const useCase = defineUseCase({
  section: 'Use',
  summary: 'serve models over an OpenAI-compatible API',
  arguments: ({ optionalArguments }) => [
    optionalArguments('models', 'MODEL', "runs' folders, adapters, models or known names"),
  ],
  options: (fields) => ({
    config: fields.text('FILE', 'settings in YAML; flags take precedence'),
    ...addressFields(fields),
    ...modelFields(fields),
    ...answerFields(fields),
    settings: fields.inMemory<ServeSettingsInput>('more settings, by their names in YAML; options override them'),
  }),
  effects: ['listens', 'deploys'],
  examples: [
    'serve attune-base',
    'serve attune-base runs/tickets --port 8080',
    'serve --alias gpt-4o-mini=runs/tickets',
  ],
  streamsJson: true,
  run(options, { signal }): Promise<RunningServer> {
    return withWorkerAhead(options.models, async () => {
      const [{ serve }, { serveOptions }] = await serverModules();
      return serve({ ...serveOptions(options), signal });
    });
  },
  async inTerminal(options, { isJson, out, stopSignal }) {
    const server = await withWorkerAhead(options.models, async () => {
      const [{ serve }, { serveOptions }] = await serverModules();
      return serve(serveOptions(options));
    });
    const stop = stopSignal('stopping after the requests in flight; press again to stop at once');
    if (isJson) process.stdout.write(`${JSON.stringify(server)}\n`);
    else out.write(`${server.url}/v1  ${server.models.join(', ')}\n`);
    if (!stop.aborted) await once(stop, 'abort');
    await server.close();
    return undefined;
  },
});

function serverModules() {
  return Promise.all([import('../serve/serve.ts'), import('../serve/serve-options.ts')]);
}

/** The first model's worker loads libtorch while this process still loads the server's code. */
async function withWorkerAhead(
  models: readonly string[] | undefined,
  serve: () => Promise<RunningServer>,
): Promise<RunningServer> {
  const { endAhead, forkAhead } = await import('../../jobs/worker/index.ts');
  if (models !== undefined && models.length > 0) forkAhead('generate');
  try {
    return await serve();
  } catch (error) {
    endAhead();
    throw error;
  }
}

function addressFields(fields: FieldKit) {
  const { text, flag } = fields;
  return {
    host: text('ADDRESS', 'address to listen on (127.0.0.1)'),
    port: wholeNumber(fields, 'PORT', 'port (8000); 0 picks a free one'),
    apiKeys: text('FILE', 'API key file, from `attune keys create`'),
    open: flag('allow requests without a key even if others can reach the server'),
  };
}

function modelFields({ z, text, flag, parsed }: FieldKit) {
  return {
    alias: parsed(z.record(z.string(), z.string()), 'NAME=MODEL', 'an alias of a model; can be repeated', {
      many: true,
      read: (typed, name) => Object.fromEntries(readPairs(typed, name)),
    }),
    adapter: parsed(
      z.array(z.strictObject({ name: z.string(), target: z.string() })),
      'NAME=ADAPTER',
      'an adapter that may be loaded later, by its name',
      { many: true, read: (typed, name) => readPairs(typed, name).map((pair) => ({ name: pair[0], target: pair[1] })) },
    ),
    adapterFolder: text('FOLDER', 'folder of adapters to serve by name, each opened on first use'),
    keepAlive: text('TIME', 'close models and adapters idle for this long: 5m'),
    registry: flag('serve the registered models by name, and follow their aliases'),
    training: flag('accept files and fine-tuning jobs for the served models'),
  };
}

function answerFields(fields: FieldKit) {
  const { text, texts, flag } = fields;
  return {
    unsupported: setting<'unsupported'>(fields, 'POLICY', 'unsupported fields: refuse, warn or ignore'),
    maxQueue: wholeNumber(fields, 'COUNT', 'maximum answers in the queue (256)'),
    keep: setting<'keep'>(fields, 'WHAT', 'what to store of answers for `attune monitor`: counts or text'),
    keepResponses: flag('store responses, completions and conversations in the database, encrypted'),
    monitor: flag('do not monitor answers', { flag: '--no-monitor' }),
    cors: texts('ORIGIN', 'a site whose pages may call the server; can be repeated'),
    tlsCert: text('FILE', 'TLS certificate (PEM), for https'),
    tlsKey: text('FILE', 'its private key (PEM)'),
    memory: text('SIZE', 'memory limit of all loaded weights and key-value caches: 8GB'),
    kvCache: text('SIZE', "memory for keys and values of each model's answers: 1GB"),
    precision: setting<'precision'>(fields, 'TYPE', 'auto, bf16 or f32'),
    device: setting<'device'>(fields, 'NAME', 'auto (a CUDA GPU if there is one), cpu, cuda, cuda:N or mps'),
    storage: setting<'storage'>(fields, 'NAME', 'int8_forward: faster, with slightly different answers'),
    trainedDefaults: flag('do not add the system message and tools of the training rows to chats without any', {
      flag: '--no-trained-defaults',
    }),
    otlp: text('URL', 'send traces and metrics to this URL (OTLP)'),
  };
}

/** An option validated by the settings' schema, which reports it together with other errors. */
function setting<Name extends keyof ServeSettingsInput>({ z, parsed }: FieldKit, value: string, summary: string) {
  type Value = NonNullable<ServeSettingsInput[Name]>;
  return parsed(z.custom<Value>(), value, summary, { read: (typed) => String(typed) as Value });
}

/** An integer option; the settings' schema checks its range. */
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
    throw new AttuneError('E_USAGE', { what: `${flag} is invalid`, got: text, expected: 'NAME=MODEL' });
  });
}
