/** Thread that runs a recipe's tools. */
import { parentPort, workerData } from 'node:worker_threads';
import { AttuneError } from '../../../base/errors.ts';
import { loadReference, parseReference, type ReferenceKind } from '../../reference.ts';
import { parseJson } from '../../../files/json.ts';
import type { Tool, ToolDescription } from './tool.ts';
import type { ThreadData } from '../reference-thread.ts';
import type { ToolMessage, ToolRequest } from './tool-runner.ts';

const kind: ReferenceKind<Tool<unknown>> = {
  expected: 'a tool: { description, parameters, execute }, with a JSON schema of its arguments and a function',
  accepts(value): value is Tool<unknown> {
    const { name = '', description, parameters, execute } = (value ?? {}) as Record<string, unknown>;
    const isSchema = typeof parameters === 'object' && parameters !== null && !Array.isArray(parameters);
    return typeof name === 'string' && typeof description === 'string' && isSchema && typeof execute === 'function';
  },
};

/** Maximum result length in UTF-16 units, beyond any room for answers. */
const LONGEST = 2 ** 18;

const { references, hashes } = workerData as ThreadData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread, not a window
const say = (message: ToolMessage) => parentPort?.postMessage(message);
const loaded = load();

parentPort?.on('message', (request: ToolRequest) => void run(request));

async function load(): Promise<readonly Tool<unknown>[]> {
  try {
    const tools: Tool<unknown>[] = [];
    for (const reference of references) tools.push(await loadReference(reference, hashes, kind));
    say({ type: 'loaded', tools: tools.map((tool, i) => describe(tool, references[i])) });
    return tools;
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    const { code, what, got, expected, fix } = error;
    say({ type: 'refused', code, parts: { what, got, expected, fix } });
    return [];
  }
}

function describe({ name, description, parameters }: Tool<unknown>, reference: string): ToolDescription {
  const copy = parseJson<ToolDescription['parameters']>(JSON.stringify(parameters));
  return { name: name ?? parseReference(reference)!.name, description, parameters: copy };
}

async function run({ tool, given }: ToolRequest): Promise<void> {
  const tools = await loaded;
  try {
    const result: unknown = await tools[tool].execute(given);
    const text = typeof result === 'string' ? result : (JSON.stringify(result) ?? 'null');
    if (text.length > LONGEST) throw new Error(`the result has ${text.length} characters; the limit is ${LONGEST}`);
    say({ type: 'result', text });
  } catch (error) {
    say({ type: 'failed', message: error instanceof Error ? error.message : String(error) });
  }
}
