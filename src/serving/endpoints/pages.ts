import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { pageAsset, pageAssets, pageFile, pageReply } from '../page/page-file.ts';

const page = defineEndpoint({
  method: 'get',
  path: '/',
  tag: 'Server',
  summary: 'Page for trying the models',
  isOpen: true,
  reply: { description: 'The page', texts: ['text/html'] },
  handle: () => pageReply(pageFile('server')),
});

const answers = defineEndpoint({
  method: 'get',
  path: '/answers',
  tag: 'Monitoring',
  summary: 'Page for browsing and rating served answers',
  isOpen: true,
  reply: { description: 'The page', texts: ['text/html'] },
  handle: () => pageReply(pageFile('answers')),
});

/** Scripts and the style of the pages. */
const assets = pageAssets.map((name) =>
  defineEndpoint({
    method: 'get',
    path: `/${name}`,
    tag: 'Server',
    summary: `Part of the pages: ${name}`,
    isOpen: true,
    reply: { description: 'The file', texts: [name.endsWith('.css') ? 'text/css' : 'text/javascript'] },
    handle: () => pageReply(pageAsset(name)),
  }),
);

export const endpoints: readonly Endpoint[] = [page, answers, ...assets];
