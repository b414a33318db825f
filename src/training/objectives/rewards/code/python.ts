/** Python: the answer runs in one process and its tests in another, so that code can neither read nor fake test results. */
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AttuneError } from '../../../../base/errors.ts';
import { parseJson } from '../../../../files/json.ts';
import { isolation, programMounts, programPath, type Mount } from './isolation.ts';
import { MOST_PRINTED, secondsOf, type CodeJob, type CodeRun, type Language } from './language.ts';
import { printed, startInSandbox, type SandboxLimits } from './sandbox.ts';
import { seccompFilter } from './seccomp.ts';

const OWN_BYTES = 64 * 2 ** 20;
/** Maximum size of values passed from the answer to its tests. */
const MOST_PASSED = 2 ** 26;
/** No environment variables and no installed packages: the standard library only. */
const FLAGS = ['-E', '-s', '-S', '-B'];
const FOLDER = fileURLToPath(new URL('../../../../../assets/code-judge', import.meta.url));

export const python: Language = {
  check: () => void interpreter(),
  async run(job, signal) {
    const { path, mounts } = interpreter();
    const folder = isolation().name === 'none' ? FOLDER : '/attune';
    const program = (name: string) => ({ command: path, args: [...FLAGS, join(folder, name)], mounts });
    const { timeout, memoryBytes } = job;
    const limits: SandboxLimits = { seconds: timeout + 1, memoryBytes, ownBytes: OWN_BYTES, output: MOST_PASSED };
    const answer = startInSandbox(program('answer.py'), limits, signal);
    const input = JSON.stringify({ tests: job.tests, answer: answerOf(job) });
    const judge = startInSandbox({ ...program('judge.py'), input, pipes: 2 }, { ...limits, output: 2 ** 16 }, signal);
    answer.stdout.pipe(judge.pipes[0]);
    judge.pipes[1].pipe(answer.stdin);
    const begin = (): void => {
      judge.begin();
      answer.begin();
    };
    const lines = await printed({ ...judge, begin });
    answer.stop('exit');
    const [own, other] = await Promise.all([judge.ended, answer.ended]);
    return { lines, end: own === 'exit' ? other : own } satisfies CodeRun;
  },
};

function answerOf(job: CodeJob): object {
  const lock = seccompFilter({ processes: false })?.toString('hex') ?? '';
  return { code: job.code, limit: secondsOf(job), most_printed: MOST_PRINTED, lock };
}

interface Interpreter {
  path: string;
  mounts: readonly Mount[];
}

let found: Interpreter | undefined;

const ASK = `import sys, sysconfig, json, os
paths = sysconfig.get_paths()
print(json.dumps([os.path.realpath(sys.executable), paths['stdlib'], paths['platstdlib'], list(sys.version_info)]))`;

function interpreter(): Interpreter {
  return (found ??= findInterpreter());
}

function findInterpreter(): Interpreter {
  const command = programPath('python3');
  const asked = command === undefined ? undefined : spawnSync(command, [...FLAGS, '-c', ASK], { encoding: 'utf8' });
  if (asked?.status !== 0) throw noPython('no python3 on the PATH');
  const [path, ...rest] = parseJson(asked.stdout) as [string, string, string, number[]];
  const [libraries, platform, [major, minor]] = rest;
  if (major !== 3 || minor < 9) throw noPython(`Python ${major}.${minor}`);
  const native = join(platform, 'lib-dynload');
  const extensions = readdirSync(native).map((name) => join(native, name));
  const folders = [...new Set([libraries, platform])].map((folder) => ({ from: folder, to: folder }));
  const mounts = [...programMounts(path, extensions), ...folders, { from: FOLDER, to: '/attune' }];
  return { path, mounts };
}

function noPython(got: string): AttuneError {
  return new AttuneError('E_CODE_LANGUAGE', {
    what: 'Python code cannot be run on this machine',
    got,
    expected: 'Python 3.9 or newer',
    fix: 'install python3 (Debian: apt-get install python3), or use {rule: code, language: javascript}',
  });
}
