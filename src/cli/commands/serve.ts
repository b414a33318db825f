import type { ServeOptions } from '../../app/serve/serve.ts';
import { AttuneError } from '../../base/errors.ts';
import { defineCommand, type CommandContext } from '../command.ts';

export const command = defineCommand({
  section: 'Use',
  summary: "answer the network with models, by OpenAI's API",
  arguments: [{ name: 'MODEL', summary: "runs' folders, adapters, models or known names", many: true }],
  options: [
    { name: '--config', value: 'FILE', summary: 'settings in YAML; flags win over them' },
    { name: '--host', value: 'ADDRESS', summary: 'address to listen on (127.0.0.1)' },
    { name: '--port', value: 'PORT', summary: 'port (8000); 0 picks a free one' },
    { name: '--api-keys', value: 'FILE', summary: 'keys of clients, as `attune keys create` writes them' },
    { name: '--open', summary: 'allow requests without a key although others can reach the server' },
    { name: '--alias', value: 'NAME=MODEL', many: true, summary: 'another name of a model; may be repeated' },
    {
      name: '--adapter',
      value: 'NAME=ADAPTER',
      many: true,
      summary: 'an adapter that may be loaded later, by its name',
    },
    {
      name: '--adapter-folder',
      value: 'FOLDER',
      summary: 'serve the adapters in it by name, each opened when it is asked',
    },
    { name: '--keep-alive', value: 'TIME', summary: 'close models and adapters that nobody asked for so long: 5m' },
    { name: '--registry', summary: 'serve the registered models by their names, and follow their aliases' },
    { name: '--training', summary: 'take files and fine-tuning jobs of the served models' },
    { name: '--unsupported', value: 'POLICY', summary: 'unsupported fields: refuse, warn or ignore' },
    { name: '--max-queue', value: 'COUNT', summary: 'longest queue of answers (256)' },
    { name: '--keep', value: 'WHAT', summary: 'what to keep of answers for `attune monitor`: counts or text' },
    {
      name: '--keep-responses',
      summary: 'keep responses, stored completions and conversations in the database, encrypted',
    },
    { name: '--no-monitor', summary: 'do not watch the answers' },
    { name: '--cors', value: 'ORIGIN', many: true, summary: 'a site whose pages may call the server; may be repeated' },
    { name: '--tls-cert', value: 'FILE', summary: 'a certificate in PEM, for https' },
    { name: '--tls-key', value: 'FILE', summary: 'its key' },
    { name: '--memory', value: 'SIZE', summary: 'limit of all loaded weights together: 8GB' },
    { name: '--precision', value: 'TYPE', summary: 'auto, bf16 or f32' },
    { name: '--storage', value: 'NAME', summary: 'int8_forward for faster and slightly other answers' },
    {
      name: '--no-trained-defaults',
      summary: 'do not add the system message and tools that all training rows had to chats without',
    },
    { name: '--otlp', value: 'URL', summary: 'send traces and metrics there by OTLP' },
  ],
  examples: [
    'serve attune-base',
    'serve attune-base runs/tickets --port 8080',
    'serve --alias gpt-4o-mini=runs/tickets',
  ],
  streamsJson: true,
  async run(context) {
    const { serve } = await import('../../app/serve/serve.ts');
    const server = await serve(optionsOf(context));
    const stop = context.stopSignal('stopping when the requests in flight are answered; once more to stop at once');
    const { url, models } = server;
    if (context.isJson) process.stdout.write(`${JSON.stringify({ url, pid: process.pid, models })}\n`);
    else context.out.write(`${url}/v1  ${models.join(', ')}\n`);
    if (!stop.aborted)
      await new Promise((resolve) => {
        stop.addEventListener('abort', resolve, { once: true });
      });
    await server.close();
    return undefined;
  },
  render: () => '',
});

function optionsOf(context: CommandContext): ServeOptions {
  const cors = context.all('--cors');
  return {
    config: context.option('--config'),
    models: context.arguments.length > 0 ? [...context.arguments] : undefined,
    host: context.option('--host'),
    port: portOf(context),
    api_keys: context.option('--api-keys'),
    open: context.has('--open') || undefined,
    aliases: aliasesOf(context),
    adapters: adaptersOf(context),
    adapter_folder: context.option('--adapter-folder'),
    keep_alive: context.option('--keep-alive'),
    registry: context.has('--registry') || undefined,
    training: context.has('--training') || undefined,
    unsupported: context.option('--unsupported') as ServeOptions['unsupported'],
    max_queue: numberOf(context, '--max-queue'),
    keep: context.option('--keep') as ServeOptions['keep'],
    keep_responses: context.has('--keep-responses') || undefined,
    monitor: context.has('--no-monitor') ? false : undefined,
    cors: cors.length > 0 ? [...cors] : undefined,
    tls: tlsOf(context),
    memory: context.option('--memory'),
    precision: context.option('--precision') as ServeOptions['precision'],
    storage: context.option('--storage') as ServeOptions['storage'],
    trained_defaults: context.has('--no-trained-defaults') ? false : undefined,
    otlp: context.option('--otlp'),
  };
}

function portOf(context: CommandContext): number | undefined {
  return numberOf(context, '--port');
}

/** The settings' own schema says which numbers it takes. */
function numberOf(context: CommandContext, name: string): number | undefined {
  const text = context.option(name);
  if (text === undefined) return undefined;
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value)) return value;
  throw new AttuneError('E_USAGE', { what: `${name} is no whole number`, got: text });
}

function aliasesOf(context: CommandContext): Record<string, string> | undefined {
  const given = context.all('--alias');
  if (given.length === 0) return undefined;
  return Object.fromEntries(given.map((text) => pairOf(text, '--alias')));
}

function adaptersOf(context: CommandContext): ServeOptions['adapters'] {
  const given = context.all('--adapter');
  if (given.length === 0) return undefined;
  return given.map((text) => {
    const [name, target] = pairOf(text, '--adapter');
    return { name, target };
  });
}

function pairOf(text: string, option: string): [name: string, target: string] {
  const at = text.indexOf('=');
  if (at > 0 && at < text.length - 1) return [text.slice(0, at), text.slice(at + 1)];
  throw new AttuneError('E_USAGE', { what: `${option} cannot be read`, got: text, expected: 'NAME=MODEL' });
}

function tlsOf(context: CommandContext): ServeOptions['tls'] {
  const [cert, key] = [context.option('--tls-cert'), context.option('--tls-key')];
  if (cert === undefined && key === undefined) return undefined;
  if (cert !== undefined && key !== undefined) return { cert, key };
  throw new AttuneError('E_USAGE', { what: '--tls-cert and --tls-key belong together', fix: 'give both' });
}
