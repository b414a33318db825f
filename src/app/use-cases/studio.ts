import { once } from 'node:events';
import type { OpenStudio } from '../studio/studio.ts';
import { defineUseCase } from './use-case.ts';

const PORT = 7373;

export const useCase = defineUseCase({
  section: 'Start',
  summary: 'do all of it in the browser: data, training, verdict, try, serve',
  options: ({ number, flag }) => ({
    port: number('PORT', `port on this machine (${PORT}); 0 picks a free one`, {
      least: 0,
      most: 65_535,
      isWhole: true,
    }),
    open: flag('print the link without opening a browser', { flag: '--no-open' }),
  }),
  effects: ['listens', 'writes-files', 'writes-runs'],
  examples: ['studio', 'studio --port 0 --no-open'],
  streamsJson: true,
  async run({ port = PORT }): Promise<OpenStudio> {
    const { openStudio } = await import('../studio/studio.ts');
    return openStudio({ port });
  },
  async inTerminal({ port = PORT, open }, { isJson, isInteractive, out, stopSignal }) {
    const { openStudio } = await import('../studio/studio.ts');
    const signal = stopSignal('closing the studio; training goes on');
    const studio = await openStudio({ port });
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
