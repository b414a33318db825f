import { defineEndpoint } from '../endpoint.ts';
import { SCRIPT } from '../page/page-script.ts';
import { scriptReply } from '../page/replies.ts';

export const endpoint = defineEndpoint({
  method: 'get',
  path: '/try.js',
  tag: 'Server',
  summary: 'Script of the page',
  isOpen: true,
  reply: { description: 'The script', texts: ['text/javascript'] },
  handle: () => scriptReply(SCRIPT),
});
