/** Reader process: reads files one after the other, and is killed if it takes too long or too much memory. */
import { closeNetwork } from '@attune/base/close-network';
import { endWithOwner } from '@attune/base/serve-limited';
import { loadReaders } from '../formats/detect.ts';
import { ReadHost } from './host.ts';
import { WINDOW, WITH_NETWORK, type FromReader, type ToReader } from './protocol.ts';

if (!process.argv.includes(WITH_NETWORK)) closeNetwork();

/** Number of unconfirmed batches, and a callback that waits for a confirmation. */
const window: { open: number; wake?: () => void } = { open: 0 };
let queue: Promise<void> = loadReaders().then(() => send({ type: 'ready' }));

async function send(message: FromReader): Promise<void> {
  if (message.type === 'documents') {
    if (window.open >= WINDOW) {
      await new Promise<void>((resolve) => {
        window.wake = resolve;
      });
    }
    window.open++;
  }
  process.send?.(message);
}

process.on('message', (message: ToReader) => {
  if (message.type === 'more') {
    window.open--;
    window.wake?.();
    delete window.wake;
    return;
  }
  queue = queue.then(() => {
    window.open = 0;
    return new ReadHost(message.job, send).run();
  });
});
endWithOwner();
