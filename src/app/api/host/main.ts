/** The process that attune runs in where the program's own Node is too old: it does what the program calls. */
import { functions, type FunctionName } from '../functions.ts';
import { Peer, type HostMessage } from './peer.ts';

const peer = new Peer({
  post: (message) => void process.send?.(message, undefined, undefined, () => undefined),
  run: async (name, values) => {
    const found = (await functions[name as FunctionName]()) as (...given: unknown[]) => Promise<unknown>;
    return found(...values);
  },
});

process.on('message', (message: HostMessage) => {
  if (message.type === 'call') {
    // Relative paths and settings mean what they mean in the program at this moment.
    if (process.cwd() !== message.folder) process.chdir(message.folder);
    for (const name of Object.keys(process.env)) if (!(name in message.environment)) delete process.env[name];
    Object.assign(process.env, message.environment);
  }
  peer.receive(message);
});

// Without the program nobody waits for anything; a worker that trains saves and stops by itself.
process.on('disconnect', () => process.exit());
