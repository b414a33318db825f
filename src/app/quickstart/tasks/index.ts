import { defineRegistry } from '../../../base/registry.ts';
import type { Task } from './task.ts';

const table = {
  catalogue: () => import('./catalogue.ts').then((module) => module.catalogue),
  'translation-it': () => import('./translation.ts').then((module) => module.italian),
  'translation-de': () => import('./translation.ts').then((module) => module.german),
  pronunciation: () => import('./pronunciation.ts').then((module) => module.pronunciation),
  spelling: () => import('./spelling.ts').then((module) => module.spelling),
} satisfies Record<string, () => Promise<Task>>;

export type TaskName = keyof typeof table;

export const tasks = defineRegistry<Task, TaskName>('quick start task', 'E_UNKNOWN_TASK', table);
