import { once } from 'node:events';
import type { OpenStudio } from '../studio/studio.ts';
import { defineUseCase } from './use-case.ts';

const PORT = 7373;

export const useCase = defineUseCase({
  section: 'Start',
  summary: 'do everything in the browser: data, training, verdict, try, serve',
  options: ({ number, text, texts, flag }) => ({
    port: number('PORT', `port on this machine (${PORT}); 0 picks a free one`, {
      least: 0,
      most: 65_535,
      isWhole: true,
    }),
    host: text('ADDRESS', 'address to listen on (127.0.0.1); another one needs keys and TLS'),
    apiKeys: text('FILE', 'file of keys with roles, from `attune keys create`, in place of the link'),
    folder: texts('FOLDER', 'with keys: a further folder that calls may use (the current one); can be repeated'),
    tlsCert: text('FILE', 'TLS certificate (PEM), for https'),
    tlsKey: text('FILE', 'its private key (PEM)'),
    behindProxy: flag('a proxy in front of the server terminates TLS'),
    open: flag('print the link without opening a browser', { flag: '--no-open' }),
  }),
  effects: ['grants', 'listens', 'writes-files', 'writes-runs'],
  examples: [
    'studio',
    'studio --port 0 --no-open',
    'studio --host 0.0.0.0 --api-keys keys.yaml --tls-cert cert.pem --tls-key key.pem',
  ],
  streamsJson: true,
  async run({ port = PORT, ...options }): Promise<OpenStudio> {
    const { openStudio } = await import('../studio/studio.ts');
    return openStudio({ port, ...options });
  },
  async inTerminal({ port = PORT, open, ...options }, { isJson, isInteractive, out, stopSignal }) {
    const { openStudio } = await import('../studio/studio.ts');
    const signal = stopSignal('closing the studio; training continues');
    const studio = await openStudio({ port, ...options });
    const { url } = studio;
    try {
      if (isJson) process.stdout.write(`${JSON.stringify({ url, pid: process.pid })}\n`);
      const isOpen = isInteractive && open !== false && (await (await import('../page/index.ts')).openBrowser(url));
      out.line(`studio   ${out.colours.cyan(url)}`);
      out.line(
        out.colours.dim(`         ${isOpen ? 'opened in the browser' : 'open it in a browser'}; Ctrl-C ends it`),
      );
      if (!signal.aborted) await once(signal, 'abort');
    } finally {
      await studio.close();
    }
    return undefined;
  },
});
