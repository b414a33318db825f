/** Files next to the weights for serving with vLLM. */

export interface VllmPlan {
  /** Model name that clients send as `model`. */
  name: string;
  /** The base model's folder on this machine, if the adapter is served on its base. */
  base?: string;
  rank?: number;
  /** Chat template file in the same folder. */
  template?: string;
}

/** Placeholders for paths that are known when the script runs. */
const [HERE, BASE] = ['\uE000here', '\uE000base'];

/** Shell script that serves its own folder; further arguments are passed to vLLM. */
export function serveScript(plan: VllmPlan): string {
  return [
    '#!/bin/sh',
    '# Serves this folder with vLLM (OpenAI API on port 8000). Further arguments are passed to vLLM.',
    'here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)',
    ...(plan.base === undefined
      ? []
      : [
          '# If the base model is in another folder: BASE=… ./serve.sh',
          `base=\${BASE:-}`,
          `[ -n "$base" ] || base=${quoted(plan.base)}`,
        ]),
    `exec vllm serve ${argumentsOf(plan, { here: HERE, base: BASE }).map(quoted).join(' ')} "$@"`,
    '',
  ].join('\n');
}

/** Compose file for vLLM's container on one NVIDIA GPU. It is JSON, which is valid YAML and avoids quoting rules. */
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
  // Compose expands $NAME; $$ is a literal dollar.
  return `# docker compose up\n${text.replaceAll('$', '$$$$')}\n`;
}

/**
 * Decodes greedily by default, as in attune's evaluation: `--generation-config vllm` ignores the base model's sampling
 * settings.
 */
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

/** Single-quoted for the shell, except for the two placeholders, which are expanded. */
function quoted(text: string): string {
  const inner = text
    .replaceAll("'", String.raw`'\''`)
    .replaceAll(HERE, `'"$here"'`)
    .replaceAll(BASE, `'"$base"'`);
  return `'${inner}'`.replaceAll(/^''(?=")|(?<=")''$/g, '');
}
