/**
 * `npm run stress:load` loads the engine in many processes, computes a matrix product in each, and counts crashes.
 * Loading libtorch has crashed one process in a hundred; see the environment that src/engine/tensor/engine.ts sets.
 *
 *   node tools/stress-load.mjs [--loads 1000] [--jobs 2] [--json]
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    loads: { type: 'string', default: '1000' },
    jobs: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    child: { type: 'boolean', default: false },
  },
});

if (values.child) await loadOnce();
else await stress(Number(values.loads), Number(values.jobs));

async function loadOnce() {
  const { engine, fromArray, scope } = await import('../src/engine/tensor/index.ts');
  engine();
  scope(() => {
    const matrix = fromArray(new Float32Array([1, 2, 3, 4]), [2, 2]);
    const [product] = matrix.matmul(matrix).toNumbers();
    if (product !== 7) throw new Error(`the product is ${product}, not 7`);
  });
}

async function stress(loads, jobs) {
  if (!(loads > 0) || !(jobs > 0)) throw new Error('--loads and --jobs are numbers above 0');
  const start = Date.now();
  const failures = new Map();
  const outputs = new Set();
  let begun = 0;
  let done = 0;
  const work = async () => {
    while (begun < loads) {
      begun++;
      const { cause, output } = await runChild();
      done++;
      if (cause !== undefined) {
        failures.set(cause, (failures.get(cause) ?? 0) + 1);
        outputs.add(output.trim());
      }
      if (done % 100 === 0) process.stderr.write(`${done} of ${loads} loads, ${sum(failures)} failed\n`);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  report({ loads, failures, outputs, seconds: (Date.now() - start) / 1000 });
}

/** How a process ended: undefined if well, else its signal ("SIGSEGV") or its exit code. */
function runChild() {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [fileURLToPath(import.meta.url), '--child'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', reject);
    child.on('close', (code, signal) =>
      resolve({ cause: signal ?? (code === 0 ? undefined : `exit ${code}`), output }),
    );
  });
}

function report({ loads, failures, outputs, seconds }) {
  const crashes = sum(failures);
  for (const output of [...outputs].slice(0, 3)) if (output !== '') process.stderr.write(`${output}\n`);
  if (values.json) {
    console.log(JSON.stringify({ loads, crashes, causes: Object.fromEntries(failures), seconds }));
  } else {
    const causes = [...failures].map(([cause, count]) => `${count} by ${cause}`).join(', ');
    console.log(
      `${loads} loads of the engine, ${crashes} crashes${causes === '' ? '' : ` (${causes})`}, ${seconds.toFixed(0)} s`,
    );
  }
  if (crashes > 0) process.exitCode = 1;
}

function sum(counts) {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}
