import { defineEndpoint } from '../endpoint.ts';
import { PAGE } from '../page/page-html.ts';
import { pageReply } from '../page/replies.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/',
  tag: 'Server',
  summary: 'Page for trying the models',
  isOpen: true,
  reply: { description: 'The page', texts: ['text/html'] },
  handle: () => pageReply(PAGE),
});
