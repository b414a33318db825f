/** JavaScript: QuickJS compiled to WebAssembly, inside a Node process that can read no other files. */
import { fileURLToPath } from 'node:url';
import { isolation, programMounts, type Mount } from './isolation.ts';
import type { HarnessInput } from './javascript-harness.ts';
import { MOST_PRINTED, secondsOf, type CodeJob, type Language } from './language.ts';
import { runInSandbox, type SandboxLimits } from './sandbox.ts';

/** Address space that Node reserves besides the code's memory, mainly thread stacks; most of it is never used. */
const OWN_BYTES = 1280 * 2 ** 20;
const PACKAGES = ['quickjs-emscripten-core', '@jitl/quickjs-ng-wasmfile-release-sync', '@jitl/quickjs-ffi-types'];
const NODE_FLAGS =
  '--permission --disallow-code-generation-from-strings --max-old-space-size=256 --stack-size=60000 --no-warnings';

export const javascript: Language = {
  check: () => undefined,
  async run(job, signal) {
    const { mounts, folders, harness } = filesOf(isolation().name !== 'none');
    const args = [...NODE_FLAGS.split(' '), ...folders.map((folder) => `--allow-fs-read=${folder}`), harness];
    const program = { command: process.execPath, args, mounts, input: JSON.stringify(inputOf(job)) };
    const { output: lines, end } = await runInSandbox(program, limitsOf(job), signal);
    return { lines, end };
  },
};

function inputOf(job: CodeJob): HarnessInput {
  const { code, tests, memoryBytes } = job;
  return { code, tests, memoryBytes, limit: secondsOf(job) * 1000, mostPrinted: MOST_PRINTED };
}

function limitsOf({ timeout, memoryBytes }: CodeJob): SandboxLimits {
  return { seconds: timeout + 1, memoryBytes, ownBytes: OWN_BYTES, output: 2 ** 16 };
}

interface Files {
  mounts: readonly Mount[];
  /** Folders that Node may read. */
  folders: readonly string[];
  harness: string;
}

const found = new Map<boolean, Files>();

/** Node, the harness and its packages, at separate paths if isolated. */
function filesOf(isIsolated: boolean): Files {
  const known = found.get(isIsolated);
  if (known !== undefined) return known;
  const ending = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const own = ['javascript-harness', 'javascript-guest'].map((name) => `${name}.${ending}`);
  const mounts: Mount[] = [
    ...own.map((name) => ({ from: pathOf(name), to: `/attune/${name}` })),
    { from: pathOf('../../../../../package.json'), to: '/attune/package.json' },
    ...PACKAGES.map((name) => ({ from: packageFolder(name), to: `/node_modules/${name}` })),
  ];
  const at = ({ from, to }: Mount): string => (isIsolated ? to : from);
  const files = {
    mounts: [...programMounts(process.execPath), ...mounts],
    folders: isIsolated ? ['/attune/', '/node_modules/'] : mounts.map(at),
    harness: at(mounts[0]),
  };
  found.set(isIsolated, files);
  return files;
}

const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function packageFolder(name: string): string {
  const path = fileURLToPath(import.meta.resolve(name));
  return path.slice(0, path.lastIndexOf(`/${name}/`) + name.length + 1);
}
