/** Process that reach.test.ts starts: tries to access files, programs and the network, and prints the outcomes. */
import { spawnSync } from 'node:child_process';
import { resolve4 } from 'node:dns/promises';
import { createSocket } from 'node:dgram';
import { readFileSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { closeNetwork } from '@attune/base/close-network';

const [folder, elsewhere, address] = process.argv.slice(2);
if (process.argv.length === 5) closeNetwork();

const tries: Record<string, () => unknown> = {
  'a file of the folder': () => readFileSync(join(folder, 'a.txt'), 'utf8'),
  'a file elsewhere': () => readFileSync(elsewhere, 'utf8'),
  'a system file': () => readFileSync('/etc/hostname', 'utf8'),
  'a file written': () => writeFileSync(join(folder, 'b.txt'), 'x'),
  'a program': () => spawnSync('true').status ?? Promise.reject(new Error('not started')),
  fetch: () => fetch(address),
  http: () => new Promise((done, failed) => request(address, done).on('error', failed).end()),
  dns: () => resolve4('localhost'),
  udp: () => createSocket('udp4').send('x', 9, '127.0.0.1'),
};

const results: Record<string, string> = {};
for (const [name, attempt] of Object.entries(tries)) {
  try {
    await attempt();
    results[name] = 'done';
  } catch {
    results[name] = 'refused';
  }
}
process.stdout.write(JSON.stringify(results), () => process.exit(0));
