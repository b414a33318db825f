// A PostgreSQL server in a temporary folder, with Debian's programs; it does not run as root.
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, globSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { freePort } from '../../../src/base/free-port.ts';

const initdb = globSync('/usr/lib/postgresql/*/bin/initdb').at(-1);
const isRoot = process.getuid?.() === 0;
const runuser = ['/usr/sbin/runuser', '/sbin/runuser'].find((path) => existsSync(path));

/** Whether PostgreSQL is available; otherwise tests are skipped. */
export const hasPostgres = initdb !== undefined && (!isRoot || runuser !== undefined);
if (!hasPostgres) process.stderr.write('PostgreSQL tests are skipped: no server (apt-get install postgresql)\n');

export interface PostgresServer {
  /** Address of its database, with a password that is not checked. */
  url: string;
  sql(text: string): void;
  stop(): void;
}

let running: PostgresServer | undefined;
let made = 0;

/** If ATTUNE_STORE is a server's database, switches to a new, empty one. */
export function freshStore(): void {
  const { ATTUNE_STORE: url } = process.env;
  if (running === undefined || url === undefined) return;
  const name = `store_${++made}`;
  running.sql(`CREATE DATABASE ${name}`);
  process.env.ATTUNE_STORE = new URL(`/${name}`, url).href;
}

export async function startPostgres(): Promise<PostgresServer> {
  const folder = mkdtempSync(join(tmpdir(), 'attune-postgres-'));
  const port = await freePort();
  const program = (name: string, ...words: string[]): void => {
    const path = join(dirname(initdb!), name);
    const [command, ...before] = isRoot ? [runuser!, '-u', 'postgres', '--', path] : [path];
    const { status, stderr } = spawnSync(command, [...before, ...words], {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    if (status !== 0) throw new Error(`${name}: ${stderr.toString()}`);
  };
  chmodSync(folder, 0o755);
  if (isRoot) execFileSync('chown', ['postgres', folder]);
  const data = join(folder, 'data');
  program('initdb', '-D', data, '-U', 'postgres', '-A', 'trust', '--no-sync');
  const settings = `-p ${port} -k ${folder} -c fsync=off`;
  program('pg_ctl', '-D', data, '-w', '-o', settings, '-l', join(folder, 'log'), 'start');
  running = {
    url: `postgres://postgres:word@127.0.0.1:${port}/postgres`,
    sql: (text) => program('psql', '-q', '-h', folder, '-p', String(port), '-U', 'postgres', '-c', text),
    stop() {
      program('pg_ctl', '-D', data, '-m', 'immediate', 'stop');
      rmSync(folder, { recursive: true, force: true });
      running = undefined;
    },
  };
  return running;
}
