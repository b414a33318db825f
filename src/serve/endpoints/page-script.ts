import { defineEndpoint } from '../endpoint.ts';
import { SCRIPT } from '../page/page-script.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/try.js',
  tag: 'Server',
  summary: 'The script of the page',
  isOpen: true,
  reply: { description: 'The script', texts: ['text/javascript'] },
  handle: () => new Response(SCRIPT, { headers: { 'content-type': 'text/javascript; charset=utf-8' } }),
});
