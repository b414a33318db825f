/** Files next to the weights for serving with vLLM. */

export interface VllmPlan {
  /** The name that clients send as `model`. */
  name: string;
  /** The base model's folder on this machine, if the adapter is served on its base. */
  base?: string;
  rank?: number;
  /** File of the chat template, in the same folder. */
  template?: string;
}

/** Stand for what is known when the script runs. */
const [HERE, BASE] = ['\uE000here', '\uE000base'];

/** A shell script that serves the folder it lies in; further arguments go to vLLM. */
export function serveScript(plan: VllmPlan): string {
  return [
    '#!/bin/sh',
    "# Serves this folder by vLLM, and answers OpenAI's API on port 8000. Further arguments go to vLLM.",
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    ...(plan.base === undefined
      ? []
      : [
          '# Where the base model lies, if that is elsewhere: BASE=… ./serve.sh',
          `base=\${BASE:-}`,
          `[ -n "$base" ] || base=${quoted(plan.base)}`,
        ]),
    `exec vllm serve ${argumentsOf(plan, { here: HERE, base: BASE }).map(quoted).join(' ')} "$@"`,
    '',
  ].join('\n');
}

/** The same in vLLM's own container, on one NVIDIA GPU. JSON is YAML, and needs no rules for quotes. */
export function composeFile(plan: VllmPlan): string {
  const mounts = [['.', '/attune'], ...(plan.base === undefined ? [] : [[plan.base, '/base']])];
  const volumes = mounts.map(([source, target]) => ({ type: 'bind', source, target, read_only: true }));
  const service = {
    image: 'vllm/vllm-openai:latest',
    command: argumentsOf(plan, { here: '/attune', base: '/base' }),
    ports: ['127.0.0.1:8000:8000'],
    volumes,
    ipc: 'host',
    deploy: { resources: { reservations: { devices: [{ driver: 'nvidia', count: 1, capabilities: ['gpu'] }] } } },
  };
  const text = JSON.stringify({ services: { vllm: service } }, null, 2);
  // Compose replaces $NAME and reads $$ as a dollar.
  return `# docker compose up\n${text.replaceAll('$', '$$$$')}\n`;
}

/** Greedy unless a request says otherwise, as attune measures: `--generation-config vllm` leaves the base's sampling out. */
function argumentsOf({ name, base, rank, template }: VllmPlan, at: { here: string; base: string }): string[] {
  const adapter = { name, path: `${at.here}/adapter`, base_model_name: 'base' };
  return [
    ...(base === undefined
      ? [`${at.here}/model`, '--served-model-name', name]
      : [
          at.base,
          '--served-model-name',
          'base',
          '--enable-lora',
          '--max-lora-rank',
          String(rank),
          '--lora-modules',
          JSON.stringify(adapter),
        ]),
    ...(template === undefined ? [] : ['--chat-template', `${at.here}/${template}`]),
    '--generation-config',
    'vllm',
  ];
}

/** In single quotes, in which nothing is replaced, but for the two places. */
function quoted(text: string): string {
  const inner = text
    .replaceAll("'", String.raw`'\''`)
    .replaceAll(HERE, `'"$here"'`)
    .replaceAll(BASE, `'"$base"'`);
  return `'${inner}'`.replaceAll(/^''(?=")|(?<=")''$/g, '');
}
