import { defineEndpoint, type Endpoint } from '../endpoint.ts';
import { ANSWERS_PAGE } from '../page/answers-html.ts';
import { ANSWERS_SCRIPT } from '../page/answers-script.ts';
import { pageReply, scriptReply } from '../page/replies.ts';

const page = defineEndpoint({
  method: 'get',
  path: '/answers',
  tag: 'Monitoring',
  summary: 'Page for browsing and rating served answers',
  isOpen: true,
  reply: { description: 'The page', texts: ['text/html'] },
  handle: () => pageReply(ANSWERS_PAGE),
});

const script = defineEndpoint({
  method: 'get',
  path: '/answers.js',
  tag: 'Monitoring',
  summary: 'Script of the answers page',
  isOpen: true,
  reply: { description: 'The script', texts: ['text/javascript'] },
  handle: () => scriptReply(ANSWERS_SCRIPT),
});

export const endpoints: readonly Endpoint[] = [page, script];
