export { Group, type Collectives, type Pending } from './group.ts';
export type { Launch } from './launch.ts';
