export { Group } from './group.ts';
export type { Launch } from './launch.ts';
