import { defineRegistry } from '../src/base/registry.ts';
import type { Example } from './example.ts';

const table = {
  data: () => import('./documents.ts').then((module) => module.documents),
  sections: () => import('./sections.ts').then((module) => module.sections),
  mail: () => import('./mail.ts').then((module) => module.mail),
  images: () => import('./images.ts').then((module) => module.images),
  search: () => import('./search.ts').then((module) => module.search),
  translation: () => import('./translation.ts').then((module) => module.translation),
  speech: () => import('./speech.ts').then((module) => module.speech),
  recommendation: () => import('./recommendation.ts').then((module) => module.recommendation),
  feedback: () => import('./feedback.ts').then((module) => module.feedback),
  loop: () => import('./loop.ts').then((module) => module.loop),
  safety: () => import('./safety.ts').then((module) => module.safetyExample),
  judged: () => import('./judged.ts').then((module) => module.judged),
  methods: () => import('./methods.ts').then((module) => module.methods),
  decisions: () => import('./decisions.ts').then((module) => module.decisions),
  rivals: () => import('./rivals.ts').then((module) => module.rivals),
  'first-hour': () => import('./first-hour.ts').then((module) => module.firstHour),
  fields: () => import('./fields.ts').then((module) => module.fields),
  users: () => import('./users.ts').then((module) => module.usersStudy),
  sites: () => import('./sites.ts').then((module) => module.sites),
  'personal-data': () => import('./personal-data.ts').then((module) => module.personalData),
} satisfies Record<string, () => Promise<Example>>;

/** The examples of `npm run studies`, in this order. A new one needs a file and a line here. */
export const examples = defineRegistry<Example, keyof typeof table>('example', 'E_UNKNOWN_EXAMPLE', table);
