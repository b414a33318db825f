import { chatbot } from './chatbot.ts';
import { code } from './code.ts';
import { catalogue, enterpriseSearch, recommendation, translation } from './composed.ts';
import { education } from './education.ts';
import type { Field } from './field.ts';
import { fraud } from './fraud.ts';
import { legal } from './legal.ts';
import { medical } from './medical.ts';
import { support } from './support.ts';

/** Fields of work by the name in `npm run studies -- fields --only NAME`. */
export const fields = {
  support,
  medical,
  legal,
  code,
  fraud,
  recommendation,
  search: enterpriseSearch,
  chatbot,
  education,
  translation,
  catalogue,
} satisfies Record<string, Field>;
